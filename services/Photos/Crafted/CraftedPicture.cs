namespace InferenceTracing.Photos.Crafted;

/// <summary>A file as a stranger would craft it, to see what a picture's header can make a decoder take.</summary>
/// <param name="Name">What it is, for the reader of a failure.</param>
/// <param name="File">Its bytes.</param>
public sealed record CraftedPicture(string Name, byte[] File)
{
    private static readonly byte[] Samplings = [0x11, 0x21, 0x12, 0x22, 0x41, 0x14, 0x44];

    /// <summary>Any of them: as many of each order of magnitude, the largest that the limits allow every now and then.</summary>
    /// <param name="random">Which one.</param>
    /// <param name="scene">A whole picture of that side, saved as one of the formats.</param>
    public static CraftedPicture Next(Random random, Func<int, string, byte[]> scene)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(scene);

        var area = Math.Pow(2, 12 + (random.NextDouble() * 14));
        var ratio = Math.Pow(2, (random.NextDouble() * 6) - 3);
        var width = (int)Math.Clamp(Math.Sqrt(area * ratio), 8, 16384);
        var height = (int)Math.Clamp(area / width, 8, 16384);

        return random.Next(8) switch
        {
            0 or 1 or 2 => Jpeg(random, width, height),
            3 or 4 or 5 => Png(random, width, height),
            6 => new($"lossless webp {width}x{height}", Hollow.LosslessWebp(Math.Min(width, 16383), Math.Min(height, 16383))),
            _ => Scene(random, (int)Math.Max(16, Math.Min(2000, Math.Sqrt(area))), scene),
        };
    }

    private static CraftedPicture Jpeg(Random random, int width, int height)
    {
        var sampling = Enumerable.Range(0, random.Next(3) switch { 0 => 1, 1 => 3, _ => 4 }).Select(_ => Samplings[random.Next(Samplings.Length)]).ToArray();
        var all = Enumerable.Range(1, sampling.Length).Select(component => (byte)component).ToArray();
        var scans = random.Next(3) switch { 0 => [all], 1 => [[all[0]]], _ => all.Select(component => new[] { component }).ToArray() };
        var (progressive, bytes) = (random.Next(2) == 0, random.Next(2) == 0 ? 0 : Math.Min(width * height / 64, 1 << 20));
        return new(
            $"jpeg {width}x{height} {Convert.ToHexString(sampling)} {scans.Length} scans, progressive {progressive}, {bytes} bytes",
            Hollow.Jpeg(width, height, progressive, sampling, scans, bytes));
    }

    private static CraftedPicture Png(Random random, int width, int height)
    {
        var (colour, bits) = ((byte)(random.Next(5) switch { 0 => 0, 1 => 2, 2 => 3, 3 => 4, _ => 6 }), (byte)(random.Next(2) == 0 ? 8 : 16));
        bits = colour == 3 ? (byte)8 : bits;
        var (interlaced, whole) = (random.Next(4) == 0, random.Next(4) != 0);
        var channels = colour switch { 0 or 3 => 1, 2 => 3, 4 => 2, _ => 4 };
        var rows = whole ? (height * 2L * ((width * channels * (bits / 8)) + 1)) : random.Next(1000);
        return new(
            $"png {width}x{height} colour {colour} bits {bits} interlaced {interlaced} whole {whole}",
            Hollow.Png(width, height, interlaced, bits, colour, Math.Min(rows, 1L << 29)));
    }

    private static CraftedPicture Scene(Random random, int side, Func<int, string, byte[]> scene)
    {
        var suffix = random.Next(4) switch { 0 => ".webp", 1 => ".webp[lossless]", 2 => ".jpg[interlace]", _ => ".png[compression=1]" };
        return new($"scene {side} {suffix}", scene(side, suffix));
    }
}
