using System.CommandLine;
using System.Runtime.Versioning;
using InferenceTracing.Drills;

// Signals, /proc, and files with modes.
[assembly: SupportedOSPlatform("linux")]

// Ctrl-C lets what was started finish and what was broken be mended, which may take longer than the two seconds a command has by default.
var patient = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) };

return await DrillCommand.Create().Parse(args).InvokeAsync(patient);
