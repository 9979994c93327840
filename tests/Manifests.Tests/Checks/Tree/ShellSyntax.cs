using System.Collections.Concurrent;
using System.Diagnostics;

namespace InferenceTracing.Manifests.Tests.Checks.Tree;

/// <summary>Asks bash whether a text is a script, without running it.</summary>
internal static class ShellSyntax
{
    private static readonly ConcurrentDictionary<string, bool> Known = [];

    public static bool IsScript(string text) => Known.GetOrAdd(text, Ask);

    private static bool Ask(string text)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", "-n") { RedirectStandardInput = true, RedirectStandardError = true })!;
        bash.StandardInput.Write(text);
        bash.StandardInput.Close();
        bash.StandardError.ReadToEnd();
        bash.WaitForExit();
        return bash.ExitCode == 0;
    }
}
