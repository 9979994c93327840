namespace InferenceTracing.Imaging;

/// <summary>Decodes, resizes and crops with libvips, in one pass from top to bottom wherever the format allows it.</summary>
internal static unsafe class VipsCodec
{
    /// <summary>Writes the 224×224 crop to <paramref name="crop"/> as it is stored, and answers its channels: 1 gray, 3 RGB, 4 CMYK.</summary>
    /// <exception cref="VipsException">The file is damaged, or <paramref name="stop"/> was asked for.</exception>
    public static int Decode(ReadOnlySpan<byte> file, ImageHeader header, Span<byte> crop, CancellationToken stop)
    {
        VipsLibrary.EnsureStarted();
        using var watch = new VipsWatch(stop);

        fixed (byte* memory = file)
        {
            using var pipeline = new VipsPipeline(memory, file.Length, header);
            watch.Over(pipeline.Image);
            pipeline.WriteTo(crop);

            if (header.EndIsMissing)
            {
                VipsPipeline.ReadToTheEnd(memory, file.Length, header);
            }

            return pipeline.Channels;
        }
    }
}
