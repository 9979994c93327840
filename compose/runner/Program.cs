using System.CommandLine;
using InferenceTracing.Runner;

// Ctrl-C lets every service finish what it is doing, which may take longer than the two seconds a command has by default.
var patient = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) };

return await LocalCommand.Create().Parse(args).InvokeAsync(patient);
