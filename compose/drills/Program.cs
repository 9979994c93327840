using System.Runtime.Versioning;
using InferenceTracing.Drills;
using InferenceTracing.Terminal;

// Signals, /proc, and files with modes.
[assembly: SupportedOSPlatform("linux")]

return await CommandProgram.RunAsync(DrillCommand.Create(), args);
