using InferenceTracing.ModelRepository;
using InferenceTracing.Preprocessing.Voting;
using InferenceTracing.ServiceDefaults;

namespace InferenceTracing.Preprocessing.Tests.Voting;

public sealed class CalibrationTests : IDisposable
{
    private static readonly Calibration Good = new("mobilenetv2", "1-int8", Precision.Int8, 0.486, 0.9657, 0.99, 200, "ensemble");

    private readonly string _folder = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Write_ThenRead_IsTheSame()
    {
        var folder = Path.Combine(_folder, "new");

        Good.Write(folder);
        (Good with { Threshold = 0.5 }).Write(folder);

        Assert.Equal(Good with { Threshold = 0.5 }, Calibration.Read(folder));
        Assert.Equal([Calibration.FileName], Directory.EnumerateFiles(folder).Select(Path.GetFileName));
    }

    [Fact]
    public void Read_NoFile_IsNone() => Assert.Null(Calibration.Read(Path.Combine(_folder, "nowhere")));

    [Theory]
    [InlineData("", "calibration.json")]
    [InlineData("null", "must be above 0")]
    [InlineData("{}", "calibration.json")]
    [InlineData("""{"model":"m","version":"1","precision":"int8","temperature":0,"threshold":0.5,"wantedAgreement":0.99,"photographs":200,"ensemble":"ensemble"}""", "must be above 0")]
    [InlineData("""{"model":"m","version":"1","precision":"int8","temperature":1,"threshold":1.5,"wantedAgreement":0.99,"photographs":200,"ensemble":"ensemble"}""", "from 0 to 1")]
    [InlineData("""{"model":"m","version":"1","precision":"int4","temperature":1,"threshold":0.5,"wantedAgreement":0.99,"photographs":200,"ensemble":"ensemble"}""", "precision")]
    [InlineData("""{"model":"m","version":"1","precision":"int8","temperature":1,"threshold":0.5,"wantedAgreement":0.99,"photographs":200,"ensemble":"ensemble","extra":1}""", "extra")]
    [InlineData("""{"model":"m","version":"1","precision":"int8","temperature":1,"threshold":0.5,"wantedAgreement":0.99,"photographs":200}""", "ensemble")]
    public void Read_WhatIsNoCalibration_IsRefusedInOneLine(string text, string said)
    {
        File.WriteAllText(Path.Combine(_folder, Calibration.FileName), text);

        AssertOneLine(Assert.Throws<StartupException>(() => Calibration.Read(_folder)).Message, said);
    }

    [Fact]
    public void Read_ALargeFile_IsRefusedInOneLine()
    {
        File.WriteAllText(Path.Combine(_folder, Calibration.FileName), new string(' ', 100_000));

        AssertOneLine(Assert.Throws<StartupException>(() => Calibration.Read(_folder)).Message, "larger than");
    }

    [Theory]
    [InlineData("mobilenetv2", "1-int8", true)]
    [InlineData("mobilenetv2", "2-int8", false)]
    [InlineData("efficientnetlite0", "1-int8", false)]
    public void WhyNot_AnotherModelOrVersion_NamesTheCommand(string model, string version, bool may)
    {
        var served = Served(model, version, Precision.Int8);

        Check(Calibration.WhyNot(Good, served), may, $"one of mobilenetv2 1-int8 (int8): make another with `dotnet run --project edge/Preprocessing -- calibrate --model {model} --precision int8");
    }

    [Fact]
    public void WhyNot_AnotherPrecision_NamesTheCommand() =>
        Check(Calibration.WhyNot(Good, Served("mobilenetv2", "1-int8", Precision.Float32)), may: false, "--precision float32");

    [Fact]
    public void WhyNot_NoCalibration_NamesTheCommand() =>
        Check(Calibration.WhyNot(null, Served("mobilenetv2", "1", Precision.Float32)), may: false, "there is none: make it with `dotnet run --project edge/Preprocessing -- calibrate --model mobilenetv2");

    /// <summary>Squares of the probabilities at a temperature of a half, and the probabilities themselves at one.</summary>
    [Fact]
    public void Confidence_OfATemperature_IsTheLargestTempered()
    {
        float[] probabilities = [0.2f, 0.6f, 0.2f, 0];

        Assert.Equal(0.36 / 0.44, Calibration.Confidence(probabilities, 0.5), 1e-6);
        Assert.Equal(0.6, Calibration.Confidence(probabilities, 1), 1e-6);
        Assert.Equal(Calibration.Confidence(probabilities, Good.Temperature), Good.Confidence(probabilities));
    }

    private static ServedModel Served(string name, string version, Precision precision) => new(name, version, "", new ModelConfig { Precision = precision }, []);

    private static void Check(string? why, bool may, string said)
    {
        if (may)
        {
            Assert.Null(why);
        }
        else
        {
            AssertOneLine(why!, said);
        }
    }

    private static void AssertOneLine(string line, string said)
    {
        Assert.DoesNotContain('\n', line);
        Assert.Contains(said, line, StringComparison.Ordinal);
    }
}
