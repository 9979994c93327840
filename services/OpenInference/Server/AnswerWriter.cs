using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using InferenceTracing.OpenInference.Wire;
using Microsoft.AspNetCore.Http;

namespace InferenceTracing.OpenInference.Server;

/// <summary>Writes a model's answer as the request wants it: numbers or class names, in JSON or as bytes behind it.</summary>
internal static class AnswerWriter
{
    private const string UntrainedParameter = "untrained";

    public static async Task WriteAsync(
        HttpResponse response, RequestHeader request, ModelMetadata model, Prediction prediction, CancellationToken cancellationToken)
    {
        var classes = request.Classification > 0 ? ClassStrings(prediction, prediction.Labels ?? model.Labels, request.Classification) : null;

        var packed = ContentCoding.Pack(response);
        var body = packed ?? response.BodyWriter;

        if (request.WantsBinary)
        {
            WriteBinary(response, body, packed is null, request, model, prediction, classes);
        }
        else
        {
            response.ContentType = WireHeaders.Json;
            WriteJson(body, request, model, prediction, classes, binarySize: null);
        }

        await body.FlushAsync(cancellationToken).ConfigureAwait(false);

        if (packed is not null)
        {
            await packed.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static void WriteBinary(
        HttpResponse response, PipeWriter body, bool lengthKnown, RequestHeader request, ModelMetadata model, Prediction prediction, byte[][]? classes)
    {
        var size = classes?.Sum(text => sizeof(uint) + text.Length) ?? prediction.Probabilities.Length * sizeof(float);
        var json = new ArrayBufferWriter<byte>(512);
        WriteJson(json, request, model, prediction, classes, size);

        response.ContentType = WireHeaders.Binary;
        response.ContentLength = lengthKnown ? json.WrittenCount + size : null;
        response.Headers[WireHeaders.JsonLength] = json.WrittenCount.ToString(CultureInfo.InvariantCulture);
        body.Write(json.WrittenSpan);

        if (classes is null)
        {
            // The wire is little endian, and so is every processor this runs on.
            body.Write(MemoryMarshal.AsBytes(prediction.Probabilities.Span));
        }
        else
        {
            WriteLengthPrefixed(body, classes);
        }
    }

    /// <summary>BYTES elements as raw bytes: before each its length, four bytes, little endian.</summary>
    public static void WriteLengthPrefixed(IBufferWriter<byte> output, byte[][] texts)
    {
        foreach (var text in texts)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(output.GetSpan(sizeof(uint)), (uint)text.Length);
            output.Advance(sizeof(uint));
            output.Write(text);
        }
    }

    private static void WriteJson(
        IBufferWriter<byte> output, RequestHeader request, ModelMetadata model, Prediction prediction, byte[][]? classes, int? binarySize)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("model_name"u8, model.Name);
        json.WriteString("model_version"u8, model.Version);

        if (request.Id is { } id)
        {
            json.WriteString("id"u8, id);
        }

        WriteParameters(json, model, prediction);
        json.WriteStartArray("outputs"u8);
        json.WriteStartObject();
        json.WriteString("name"u8, ProbabilitiesOutput.Name);
        json.WriteString("datatype"u8, classes is null ? "FP32"u8 : "BYTES"u8);
        json.WriteStartArray("shape"u8);
        json.WriteNumberValue(prediction.Count);
        json.WriteNumberValue(classes is null ? prediction.Classes : request.Classification);
        json.WriteEndArray();

        if (binarySize is { } size)
        {
            json.WriteStartObject("parameters"u8);
            json.WriteNumber("binary_data_size"u8, size);
            json.WriteEndObject();
        }
        else
        {
            WriteData(json, prediction, classes);
        }

        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteData(Utf8JsonWriter json, Prediction prediction, byte[][]? classes)
    {
        json.WriteStartArray("data"u8);

        if (classes is null)
        {
            foreach (var probability in prediction.Probabilities.Span)
            {
                json.WriteNumberValue(probability);
            }
        }
        else
        {
            foreach (var text in classes)
            {
                json.WriteStringValue(text);
            }
        }

        json.WriteEndArray();
    }

    /// <summary>The model's own, and what every answer says of itself: which classes it is about, whether it means anything, and what was computed with.</summary>
    public static IEnumerable<KeyValuePair<string, object>> Parameters(ModelMetadata model, Prediction prediction)
    {
        if ((prediction.Labels ?? model.Labels) is { Sha256.Length: > 0 } labels)
        {
            yield return new(ClassLabels.Parameter, labels.Sha256);
        }

        if (model.Untrained && !prediction.Parameters.ContainsKey(UntrainedParameter))
        {
            yield return new(UntrainedParameter, true);
        }

        if (model.Precision is { } precision)
        {
            yield return new(ModelMetadata.PrecisionParameter, precision);
        }

        foreach (var parameter in prediction.Parameters)
        {
            yield return parameter;
        }
    }

    private static void WriteParameters(Utf8JsonWriter json, ModelMetadata model, Prediction prediction)
    {
        json.WriteStartObject("parameters"u8);

        foreach (var (name, value) in Parameters(model, prediction))
        {
            switch (value)
            {
                case bool flag:
                    json.WriteBoolean(name, flag);
                    break;
                case int number:
                    json.WriteNumber(name, number);
                    break;
                case long number:
                    json.WriteNumber(name, number);
                    break;
                case double number when double.IsFinite(number):
                    json.WriteNumber(name, number);
                    break;
                case float number when float.IsFinite(number):
                    json.WriteNumber(name, number);
                    break;
                default:
                    json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                    break;
            }
        }

        json.WriteEndObject();
    }

    /// <summary>
    /// <c>0.930000:207:golden retriever</c>, best first: probability, class and the first of its synonyms, as in Triton's classification
    /// extension (docs/protocol/extension_classification.md), whose label is the model's whole line.
    /// </summary>
    public static byte[][] ClassStrings(Prediction prediction, IReadOnlyList<string> labels, int count)
    {
        var texts = new List<byte[]>(prediction.Count * count);

        for (var image = 0; image < prediction.Count; image++)
        {
            foreach (var ranked in RankedClass.Top(prediction.Row(image), count))
            {
                texts.Add(Encoding.UTF8.GetBytes(
                    FormattableString.Invariant($"{ranked.Probability:F6}:{ranked.Index}:{RankedClass.NameOf(labels, ranked.Index)}")));
            }
        }

        return [.. texts];
    }
}
