namespace InferenceTracing.Photos;

/// <summary>Pictures for a machine without photographs. They show nothing in particular: what is shown is the way a picture takes.</summary>
public static class DrawnPhotos
{
    private const int Width = 640;
    private const int Height = 480;

    /// <summary>Four pictures of 640×480, as PNG files.</summary>
    public static IReadOnlyList<Photograph> Draw() =>
    [
        new("drawn-sunset.png", Png(static (x, y) => Blend((250, 190, 90), (40, 30, 90), y) is var sky && Distance(x, y, 0.5, 0.62) < 0.16 ? (255, 230, 120) : sky)),
        new("drawn-hills.png", Png(static (x, y) => y > 0.6 + (0.1 * Math.Sin(x * 9)) ? (40, 120, 60) : Blend((200, 225, 250), (110, 170, 230), y))),
        new("drawn-target.png", Png(static (x, y) => (int)(Distance(x, y, 0.5, 0.5) * 14) % 2 == 0 ? (200, 40, 40) : (245, 245, 245))),
        new("drawn-chessboard.png", Png(static (x, y) => ((int)(x * 8) + (int)(y * 8)) % 2 == 0 ? (235, 220, 190) : (90, 60, 40))),
    ];

    private static byte[] Png(Func<double, double, (int R, int G, int B)> colour)
    {
        var rgb = new byte[Width * Height * 3];

        for (var i = 0; i < Width * Height; i++)
        {
            var (r, g, b) = colour((double)(i % Width) / Width, (double)(i / Width) / Height);
            (rgb[i * 3], rgb[(i * 3) + 1], rgb[(i * 3) + 2]) = ((byte)r, (byte)g, (byte)b);
        }

        return PngFile.Write(rgb, Width, Height);
    }

    private static (int R, int G, int B) Blend((int R, int G, int B) top, (int R, int G, int B) bottom, double at) =>
        ((int)(top.R + ((bottom.R - top.R) * at)), (int)(top.G + ((bottom.G - top.G) * at)), (int)(top.B + ((bottom.B - top.B) * at)));

    private static double Distance(double x, double y, double centreX, double centreY) =>
        Math.Sqrt(Math.Pow((x - centreX) * Width / Height, 2) + Math.Pow(y - centreY, 2));
}
