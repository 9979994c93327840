using System.Runtime.InteropServices;

namespace InferenceTracing.Networks;

/// <summary>
/// ONNX Runtime on Linux reports to its maker from the moment it is loaded, unless it then finds <c>ORT_DISABLE_TELEMETRY</c>: it looks once.
/// </summary>
public static partial class RuntimeTelemetry
{
    /// <summary>Keeps the runtime from reporting, unless the environment says otherwise. To be called before anything else of it.</summary>
    public static void Disable()
    {
        // .NET's own Environment.SetEnvironmentVariable stays within .NET.
        if (OperatingSystem.IsLinux())
        {
            _ = SetVariable("ORT_DISABLE_TELEMETRY", "1", overwrite: 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
