using System.Text;
using InferenceTracing.Runner;
using InferenceTracing.TestBed;

namespace InferenceTracing.Terminal.Tests;

public sealed class TerminalWriterTests
{
    [Theory]
    [InlineData("│ 16 ✔ │ 15 ✘ │", "| 16 + | 15 x |")]
    [InlineData("╭─┬─╮", "+-+-+")]
    [InlineData("p50 … p99.9, 10 → 80, 0.5 µs · Ctrl-C, 2 × missing", "p50 ... p99.9, 10 -> 80, 0.5 us - Ctrl-C, 2 x missing")]
    [InlineData("▁▂▃▄▅▆▇█", "._-~=+*#")]
    [InlineData("a photograph of a Käfer", "a photograph of a Käfer")]
    public void Write_InAnAsciiLocale_HasOurSignsInAscii(string text, string expected)
    {
        using var inner = new StringWriter();
        using var writer = new TerminalWriter(inner, ascii: true, _ => { });

        writer.Write(text);

        Assert.Equal(expected, inner.ToString());
    }

    [Fact]
    public void Write_DiskFull_IsSaidOnceAndNoFailure()
    {
        using var full = new StreamWriter(new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0)) { AutoFlush = true };
        var said = new List<IOException>();
        using var writer = new TerminalWriter(full, ascii: false, said.Add);

        writer.WriteLine("one");
        writer.WriteLine("two");

        Assert.Single(said);
    }

    [Theory]
    [InlineData(null, null, null, false)]
    [InlineData(null, null, "en_US.UTF-8", false)]
    [InlineData("", null, "C.utf8", false)]
    [InlineData("de_DE.ISO-8859-1", null, "C.UTF-8", true)]
    [InlineData("de_DE@euro", null, null, true)]
    [InlineData("de_DE.UTF-8@euro", null, null, false)]
    [InlineData("C", null, "C.UTF-8", true)]
    [InlineData(null, "POSIX", "C.UTF-8", true)]
    public void IsAscii_Locale_IsReadAsPosixReadsIt(string? all, string? characters, string? language, bool expected) => Assert.Equal(
        expected, Screen.IsAscii(name => name switch { "LC_ALL" => all, "LC_CTYPE" => characters, _ => language }));

    /// <summary>The commands' own texts: the longest is what --help says.</summary>
    [Theory]
    [InlineData("LoadGenerator", "C")]
    [InlineData("LoadGenerator", "de_DE.ISO-8859-1")]
    [InlineData("Drills", "C")]
    public async Task Help_InAnAsciiLocale_IsAscii(string program, string locale)
    {
        var run = await CommandRun.OfAsync(Checkout.Find().Executable(program), ["--help"], variables: ("LC_ALL", locale));

        Assert.Equal(0, run.ExitCode);
        Assert.True(Ascii.IsValid(run.Output));
    }
}
