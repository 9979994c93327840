using System.Buffers.Binary;
using System.Reflection.PortableExecutable;

namespace InferenceTracing.Containers.Tests.Publishing;

/// <summary>For which machine a file is, judged by what it holds and not by its name.</summary>
internal static class NativeCode
{
    /// <summary>"linux-x64", "linux-arm64" or what else it is; null for a file that any machine can read, a .NET assembly among them.</summary>
    public static string? MachineOf(string path)
    {
        Span<byte> start = stackalloc byte[20];
        using var file = File.OpenRead(path);
        var length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);

        return start[..length] switch
        {
            [0x7F, (byte)'E', (byte)'L', (byte)'F', ..] elf when length == start.Length => Elf(elf),
            [(byte)'M', (byte)'Z', ..] => IsAssembly(file) ? null : "windows",
            // Mach-O of 64 bits, and one for several machines.
            [0xCF, 0xFA, 0xED, 0xFE, ..] or [0xCA, 0xFE, 0xBA, 0xBE, ..] => "macos",
            _ => null,
        };
    }

    private static string Elf(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt16LittleEndian(header[18..]) switch
    {
        0x3E => "linux-x64",
        0xB7 => "linux-arm64",
        var other => $"ELF machine 0x{other:X}",
    };

    private static bool IsAssembly(FileStream file)
    {
        file.Position = 0;
        using var image = new PEReader(file);
        return image.HasMetadata;
    }
}
