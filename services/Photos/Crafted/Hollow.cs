using System.IO.Compression;

namespace InferenceTracing.Photos.Crafted;

/// <summary>Files of a few bytes that claim to be pictures of any size.</summary>
public static class Hollow
{
    /// <summary>A JPEG of three components, without tables and without a single block.</summary>
    public static byte[] Jpeg(int width, int height, byte startOfFrame = 0xC0, byte precision = 8) =>
    [
        0xFF, 0xD8,
        0xFF, startOfFrame, 0, 17, precision, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width,
        3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0,
        0xFF, 0xDA, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0,
        0xFF, 0xD9,
    ];

    /// <summary>
    /// A valid progressive JPEG, all gray: one scan with a bit for each block, then scans of one coefficient each that say in a few bytes
    /// that every block has a zero there (runs of 32,767 "end of block"). Every scan is a pass over the picture for the decoder.
    /// </summary>
    public static byte[] ManyScans(int width, int height, int scans)
    {
        var blocks = ((width + 7) / 8) * ((height + 7) / 8);
        List<byte> file =
        [
            0xFF, 0xD8,
            0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)1, 64),
            0xFF, 0xC2, 0, 11, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0,
            .. OneCodeTable(0x00, 0x00), .. Scan(0, 0), .. new byte[(blocks + 7) / 8],
            .. OneCodeTable(0x10, 0xE0),
        ];
        for (var coefficient = 1; coefficient < scans; coefficient++)
        {
            file.AddRange(Scan(coefficient, coefficient));
            file.AddRange(Runs((blocks / 32_767) + 1));
        }

        return [.. file, 0xFF, 0xD9];
    }

    /// <summary>
    /// A JPEG of so many components, each with its sampling factors, in scans of the components named: tables of one code each, which say that every block is
    /// gray, and <paramref name="bytes"/> of them for every scan.
    /// </summary>
    public static byte[] Jpeg(int width, int height, bool progressive, IReadOnlyList<byte> sampling, IReadOnlyList<byte[]> scans, int bytes)
    {
        ArgumentNullException.ThrowIfNull(sampling);
        ArgumentNullException.ThrowIfNull(scans);

        List<byte> file =
        [
            0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)1, 64),
            0xFF, (byte)(progressive ? 0xC2 : 0xC0), 0, (byte)(8 + (3 * sampling.Count)), 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width,
            (byte)sampling.Count, .. sampling.SelectMany((factors, index) => new byte[] { (byte)(index + 1), factors, 0 }),
            .. OneCodeTable(0x00, 0x00), .. OneCodeTable(0x10, 0x00),
        ];

        foreach (var components in scans)
        {
            file.AddRange([0xFF, 0xDA, 0, (byte)(6 + (2 * components.Length)), (byte)components.Length]);
            file.AddRange(components.SelectMany(component => new byte[] { component, 0 }));
            file.AddRange([0, (byte)(progressive ? 0 : 63), 0]);
            file.AddRange(new byte[bytes]);
        }

        return [.. file, 0xFF, 0xD9];
    }

    /// <summary>A PNG that announces any size, with so many <paramref name="bytes"/> of zeros for its rows.</summary>
    public static byte[] Png(int width, int height, bool interlaced = false, byte bits = 8, byte colour = 2, long bytes = 0)
    {
        using var pixels = new MemoryStream();
        using (var deflate = new ZLibStream(pixels, CompressionLevel.Optimal))
        {
            var zeros = new byte[1 << 16];

            for (var left = bytes; left > 0; left -= zeros.Length)
            {
                deflate.Write(zeros, 0, (int)Math.Min(left, zeros.Length));
            }
        }

        byte[] palette = colour == 3 ? PngFile.Chunk("PLTE"u8, new byte[3]) : [];
        byte[] header = [.. UInt32(width), .. UInt32(height), bits, colour, 0, 0, (byte)(interlaced ? 1 : 0)];
        return
        [
            0x89, .. "PNG\r\n\x1A\n"u8,
            .. PngFile.Chunk("IHDR"u8, header),
            .. palette,
            .. PngFile.Chunk("IDAT"u8, bytes == 0 ? [0x78, 0x9C, 3, 0, 0, 0, 0, 1] : pixels.ToArray()),
            .. PngFile.Chunk("IEND"u8, []),
        ];
    }

    /// <summary>An animated WebP of one empty frame.</summary>
    public static byte[] Webp(int width, int height) =>
        RiffFile.Write([.. RiffFile.Chunk("VP8X"u8, [2, 0, 0, 0, .. RiffFile.UInt24(width - 1), .. RiffFile.UInt24(height - 1)]), .. RiffFile.Chunk("ANMF"u8, new byte[24])]);

    /// <summary>A lossless WebP that ends behind its header.</summary>
    public static byte[] LosslessWebp(int width, int height)
    {
        var bits = (width - 1) | ((height - 1) << 14);
        return RiffFile.Write(RiffFile.Chunk("VP8L"u8, [0x2F, (byte)bits, (byte)(bits >> 8), (byte)(bits >> 16), (byte)(bits >> 24), 0]));
    }

    /// <summary>A Huffman table with the one code "0", for <paramref name="symbol"/>.</summary>
    private static byte[] OneCodeTable(byte table, byte symbol) => [0xFF, 0xC4, 0, 20, table, 1, .. new byte[15], symbol];

    private static byte[] Scan(int first, int last) => [0xFF, 0xDA, 0, 8, 1, 1, 0, (byte)first, (byte)last, 0];

    /// <summary>Codes of 15 bits, "0" and fourteen ones; a byte of all ones is followed by a zero.</summary>
    private static IEnumerable<byte> Runs(int count)
    {
        var bits = string.Concat(Enumerable.Repeat("011111111111111", count));
        bits = bits.PadRight((bits.Length + 7) / 8 * 8, '0');
        for (var i = 0; i < bits.Length; i += 8)
        {
            var value = Convert.ToByte(bits.Substring(i, 8), 2);
            yield return value;
            if (value == 0xFF)
            {
                yield return 0;
            }
        }
    }

    private static byte[] UInt32(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
