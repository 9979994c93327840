using System.Buffers.Binary;

namespace InferenceTracing.Photos.Crafted;

/// <summary>The container of a WebP (RFC 9649): chunks behind a header.</summary>
public static class RiffFile
{
    /// <summary>The file that holds <paramref name="chunks"/>.</summary>
    public static byte[] Write(ReadOnlySpan<byte> chunks)
    {
        var size = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, chunks.Length + 4);
        return [.. "RIFF"u8, .. size, .. "WEBP"u8, .. chunks];
    }

    /// <summary>A chunk, of an even number of bytes.</summary>
    public static byte[] Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var size = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, data.Length);
        byte[] chunk = [.. type, .. size, .. data];
        return data.Length % 2 == 0 ? chunk : [.. chunk, 0];
    }

    /// <summary>A number as a WebP's header has it.</summary>
    public static byte[] UInt24(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16)];
}
