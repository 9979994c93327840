using InferenceTracing.Runner;
using InferenceTracing.TestBed;

namespace InferenceTracing.Terminal.Tests;

/// <summary>What is wrong with a command line, a folder or a file is said in one line before anything starts, with exit code 2.</summary>
public sealed class RefusalLineTests : IDisposable
{
    private const string Local = "Runner", Load = "LoadGenerator", Drills = "Drills", Setup = "Setup", Server = "ModelServer", Edge = "Preprocessing";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("inference-tracing-commands");

    public RefusalLineTests()
    {
        File.WriteAllText(At("taken"), "");
        File.WriteAllText(At("notes.md"), "no place for a table");
        File.WriteAllText(At("twice.json"), """{"rate": 5, "rate": 6}""");
        File.WriteAllText(At("null.json"), """{"stages": [null]}""");
        File.WriteAllText(At("header.json"), """{"headers": {"x-a": "ü"}}""");
        File.WriteAllBytes(At("mark.json"), [0xEF, 0xBB, 0xBF, .. "{}"u8]);
        File.WriteAllBytes(At("wide.json"), [0xFF, 0xFE, (byte)'{', 0, (byte)'}', 0]);
        _folder.CreateSubdirectory("empty");
        Photos("few", 3);
        Photos("many", 20);
        Photos("enough", 50);
    }

    public static TheoryData<string, string[], string> Wrong => new()
    {
        // The command line itself.
        { Local, ["--nonsense"], "--nonsense" },
        { Local, ["nonsense"], "nonsense" },
        { Local, ["--once", "--once"], "--once is given 2 times" },
        { Local, ["--photos"], "--photos" },
        { Local, ["--photos", "empty", "--photos", "empty"], "--photos" },
        { Local, ["--logs", "a", "--logs", "b"], "--logs" },
        { Load, ["--nonsense"], "--nonsense" },
        { Load, ["--rate", "1", "--rate", "2"], "--rate" },
        { Load, ["--no-keep-alive", "--no-keep-alive"], "--no-keep-alive is given 2 times" },
        { Load, ["--engine", "steam"], "steam" },
        { Load, ["--clients", "many"], "many" },
        { Load, ["@taken"], "@taken" },
        { Drills, [], "command" },
        { Drills, ["link-cut", "--seconds", "0"], "--seconds takes a number from 1" },
        { Drills, ["link-cut", "--rate", "-1"], "--rate takes a number from 1" },
        { Drills, ["link-cut", "--edge", "nowhere"], "--edge" },
        { Drills, ["collectors", "--rate", "0"], "--rate takes a number from 1" },
        { Drills, ["collectors", "--collector", "nowhere"], "no collector at nowhere" },
        { Drills, ["collectors", "--write", "notes.md"], "no place for the table" },
        { Drills, ["collectors", "--write", "empty"], "no place for the table" },
        { Setup, [], "edge, laptop or show" },
        { Setup, ["edge", "edge"], "edge, laptop or show" },
        { Local, ["--precision", "int4"], "int4" },
        { Server, ["quantise", "--model", "mobilenetv2"], "--photos" },
        { Server, ["quantise", "--photos", "empty"], "--model" },
        { Server, ["quantise", "--model", "mobilenetv2", "--photos", "empty", "--photo", "empty"], "--photo" },
        { Server, ["quantise", "--model", "mobilenetv2", "--photos", "empty", "--calibrate", "3"], "--calibrate takes a number from 10" },
        { Server, ["quantise", "--model", "mobilenetv2", "--photos", "empty", "--agreement", "101"], "--agreement takes a number from 0 to 100" },
        { Edge, ["calibrate"], "--photos" },
        { Edge, ["calibrate", "--photos", "enough", "--photo", "few"], "--photo is neither an option nor a setting" },
        { Edge, ["calibrate", "--photos", "enough", "--agreement", "99"], "--agreement takes a share from 0.5 to 0.9999" },
        { Edge, ["calibrate", "--photos", "enough", "--agreement", "most"], "most" },
        { Edge, ["calibrate", "--photos", "enough", "--model", "a", "--model", "b"], "--model" },

        // Ports.
        { Local, ["--port", "preprocessing=6010", "--port", "preprocessing=6011"], "twice for preprocessing" },
        { Local, ["--once", "--port", "edge=6010"], "not edge" },
        { Local, ["--port", "preprocessing=6010", "--port", "gateway=6010"], "the same port" },
        { Local, ["--port", "preprocessing=0"], "<service>=<port>" },
        { Local, ["--port", "preprocessing=65536"], "<service>=<port>" },
        { Local, ["--port", "preprocessing"], "<service>=<port>" },

        // Folders and files.
        { Local, ["--once", "--free-ports", "--logs", "taken"], "--logs takes a folder" },
        { Local, ["--once", "--free-ports", "--logs", "taken/logs"], "--logs" },
        { Local, ["--once", "--free-ports", "--logs", ""], "--logs" },
        { Local, ["--once", "--free-ports", "--logs", "/proc/logs"], "--logs" },
        { Local, ["--once", "--free-ports", "--photos", "nowhere"], "there is no folder nowhere" },
        { Local, ["--once", "--free-ports", "--photos", "empty"], "holds no" },
        { Local, ["--once", "--free-ports", "--photos", ""], "--photos" },
        { Server, ["quantise", "--model", "mobilenetv2", "--photos", "nowhere"], "there is no folder nowhere" },
        { Server, ["quantise", "--model", "mobilenetv2", "--photos", "empty"], "holds no" },
        { Server, ["quantise", "--model", "mobilenetv2", "--photos", "few"], "10 of each are needed at least" },
        { Server, ["quantise", "--model", "../mobilenetv2", "--photos", "many"], "is no model name" },
        { Server, ["quantise", "--model", "resnet", "--photos", "many"], "model 'resnet' is in none of" },
        { Edge, ["calibrate", "--photos", "nowhere"], "there is no folder nowhere" },
        { Edge, ["calibrate", "--photos", "empty"], "holds no" },
        { Edge, ["calibrate", "--photos", "few"], "few has 3 photographs; 50 are needed at least" },
        { Edge, ["calibrate", "--photos", "enough", "--folder", "here"], "Name the edge's model: --model" },
        { Edge, ["calibrate", "--photos", "enough", "--model", "mobilenetv2", "--folder", "taken"], "Edge:Folder takes a folder" },
        { Edge, ["calibrate", "--photos", "enough", "--model", "mobilenetv2", "--cluster", "nowhere"], "Cluster:Url must be an http(s) address" },
        { Edge, ["calibrate", "--photos", "enough", "--model", "mobilenetv2", "--precision", "int4"], "Edge:Precision" },
        { Edge, ["calibrate", "--photos", "enough", "--model", "mobilenetv2", "--Edge:Folders=here"], "unknown setting" },
        { Load, ["--clients", "2", "--duration", "30s", "--report", "taken"], "--report takes a folder" },
        { Load, ["--report", "/proc/report"], "--report" },
        { Load, ["--report", ""], "--report" },
        { Load, ["--photos", "nowhere"], "there is no folder nowhere" },
        { Load, ["--scenario", "empty"], "is a folder" },
        { Load, ["--scenario", "nowhere"], "nowhere" },
        { Load, ["--scenario", "mark.json"], "byte order mark" },
        { Load, ["--scenario", "wide.json"], "byte order mark" },
        { Load, ["--scenario", "twice.json"], "rate" },
        { Load, ["--scenario", "null.json"], "null" },

        // Values.
        { Load, ["--clients", "1", "--requests", "3", "--header", "x-a: ü"], "--header takes ASCII" },
        { Load, ["--header", "ü: a"], "--header takes ASCII" },
        { Load, ["--header", "x-a: a\nb"], "--header takes ASCII" },
        { Load, ["--header", "x a: b"], "no header of a request" },
        { Load, ["--header", "content-type: text/plain"], "no header of a request" },
        { Load, ["--header", "x-a"], "--header takes name:value" },
        { Load, ["--header", "x-a: 1", "--header", "X-A: 2"], "twice for X-A" },
        { Load, ["--scenario", "header.json"], "--header takes ASCII" },
        { Load, ["--duration", "99999999h"], "longer than" },
        { Load, ["--timeout", "99999999h"], "longer than" },
        { Load, ["--rate", "NaN"], "rate" },
        { Load, ["--rate", "Infinity"], "rate" },
        { Load, ["--rate", "0.0000001", "--requests", "2000000000"], "longer than" },
        { Load, ["--stage", "1s:Infinity"], "no rate" },
        { Load, ["--edges", "2000000000"], "edges" },
        { Load, ["--clients", "2000000000"], "clients" },
        { Load, ["--url", "http://127.0.0.1:9", "--url", "nowhere"], "no http address" },
    };

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Run_SomethingWrong_IsOneLineAnd2(string program, string[] arguments, string said)
    {
        var run = await CommandRun.OfAsync(Checkout.Find().Executable(program), arguments, _folder.FullName);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains(said, Assert.Single(run.Error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Local)]
    [InlineData(Load)]
    [InlineData(Drills)]
    [InlineData(Server)]
    [InlineData(Edge)]
    public async Task Help_IsNoRefusal(string program)
    {
        var run = await CommandRun.OfAsync(Checkout.Find().Executable(program), ["--help"]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("--help", run.Output, StringComparison.Ordinal);
    }

    private void Photos(string folder, int count)
    {
        _folder.CreateSubdirectory(folder);

        for (var photo = 0; photo < count; photo++)
        {
            File.WriteAllText(At(Path.Combine(folder, $"{photo}.jpg")), "no photograph");
        }
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
