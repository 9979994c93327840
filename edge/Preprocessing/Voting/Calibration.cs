using System.Text.Json;
using System.Text.Json.Serialization;
using InferenceTracing.ModelRepository;
using InferenceTracing.ServiceDefaults;

namespace InferenceTracing.Preprocessing.Voting;

/// <summary>
/// <c>calibration.json</c>, which <c>calibrate</c> writes: what the edge's confidence is worth, measured on the operator's own photographs. A network's probabilities
/// are surer than it is right, or less sure, by a temperature (Guo et al., On Calibration of Modern Neural Networks, 2017); above the threshold the edge agrees with
/// the ensemble as often as was wanted.
/// </summary>
/// <param name="Model">The edge's model that it was measured with.</param>
/// <param name="Version">Its version.</param>
/// <param name="Precision">What that computes with.</param>
/// <param name="Temperature">What the logarithms of the probabilities are divided by.</param>
/// <param name="Threshold">The least confidence of an answer that the cluster is not asked about, 0 … 1.</param>
/// <param name="WantedAgreement">The agreement with the ensemble that the threshold was chosen for, 0 … 1.</param>
/// <param name="Photographs">How many it was measured on.</param>
/// <param name="Ensemble">The model that was asked in the cluster.</param>
internal sealed record Calibration(
    string Model, string Version, Precision Precision, double Temperature, double Threshold, double WantedAgreement, int Photographs, string Ensemble)
{
    /// <summary>Its name in <see cref="EdgeOptions.Folder"/>.</summary>
    public const string FileName = "calibration.json";

    private const int LongestFile = 64 * 1024;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(allowIntegerValues: false) },
        WriteIndented = true,
    };

    /// <summary>What is in the folder; null where there is none.</summary>
    /// <exception cref="StartupException">The file cannot be meant as it is; one line.</exception>
    public static Calibration? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);

        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            if (new FileInfo(path).Length > LongestFile)
            {
                throw new StartupException($"{path} is larger than {LongestFile} bytes.");
            }

            return JsonSerializer.Deserialize<Calibration>(File.ReadAllBytes(path), Json) is { Temperature: > 0 and < 1000, Threshold: >= 0 and <= 1 } calibration
                ? calibration
                : throw new StartupException($"{path}: the temperature must be above 0, and the threshold from 0 to 1.");
        }
        catch (JsonException failure)
        {
            throw new StartupException($"{path}: {failure.Message}", failure);
        }
    }

    /// <summary>Puts it into the folder, whole or not at all.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, FileName);
        var part = $"{path}.{Environment.ProcessId}.part";
        File.WriteAllBytes(part, JsonSerializer.SerializeToUtf8Bytes(this, Json));
        File.Move(part, path, overwrite: true);
    }

    /// <summary>Whether it was measured with this model.</summary>
    public bool IsOf(ServedModel served) => Model == served.Name && Version == served.Version && Precision == served.Precision;

    /// <summary>Why the edge may not answer by itself with this calibration, in one sentence that says what to do; null when it may.</summary>
    public static string? WhyNot(Calibration? calibration, ServedModel served)
    {
        ArgumentNullException.ThrowIfNull(served);

        var command = $"`dotnet run --project edge/Preprocessing -- calibrate --model {served.Name} --precision {served.Precision.Name()} --photos FOLDER`";

        return calibration is null
            ? $"{EdgeOptions.Section}:{nameof(EdgeOptions.Mode)} cascade needs a calibration of {served.Name} {served.Version}, and there is none: make it with {command}."
            : calibration.IsOf(served)
                ? null
                : $"{EdgeOptions.Section}:{nameof(EdgeOptions.Mode)} cascade needs a calibration of {served.Name} {served.Version} ({served.Precision.Name()}), and there is one of {calibration.Model} {calibration.Version} ({calibration.Precision.Name()}): make another with {command}.";
    }

    /// <summary>The largest probability at the calibration's temperature: <c>pᵢ^(1/T) / Σ pⱼ^(1/T)</c>.</summary>
    public float Confidence(ReadOnlySpan<float> probabilities) => Confidence(probabilities, Temperature);

    /// <summary>The same at another temperature.</summary>
    public static float Confidence(ReadOnlySpan<float> probabilities, double temperature)
    {
        var power = 1 / temperature;
        double largest = 0, sum = 0;

        foreach (var probability in probabilities)
        {
            var tempered = Math.Pow(probability, power);
            sum += tempered;
            largest = Math.Max(largest, tempered);
        }

        return (float)(largest / sum);
    }
}
