using System.Globalization;
using InferenceTracing.OpenInference;

namespace InferenceTracing.Imaging;

/// <summary>
/// The chain of libvips operations from a file in memory to its 224×224 crop, still as stored and in the file's own colours.
/// Computed in one pass from top to bottom when it is written, so that of a large picture only some rows are in memory.
/// </summary>
internal sealed unsafe class VipsPipeline : IDisposable
{
    private const int RandomAccess = 0;
    private const int SequentialAccess = 1;
    private const int CopyEdges = 1;
    private const int FailOnError = 2;
    private const int FailOnWarning = 3;
    private const int CubicKernel = 2;
    private const int EightBit = 0;
    private const int SixteenBit = 2;

    private readonly Stack<nint> _owned = new(capacity: 8);
    private nint _image;

    private VipsPipeline()
    {
    }

    /// <summary>A chain over <paramref name="file"/>, which must stay where it is until the chain is disposed.</summary>
    /// <exception cref="VipsException">The file is not as its header says.</exception>
    public VipsPipeline(byte* file, int bytes, ImageHeader header)
    {
        try
        {
            Load(file, bytes, header);
            ToBytesWithoutAlpha(header.Format);
            ResizeAndCrop(CropGeometry.For(header));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Reads the picture to its last row, which the crop may not need: a file that may break off is whole only if that is there.</summary>
    /// <exception cref="VipsException">It is not.</exception>
    public static void ReadToTheEnd(byte* file, int bytes, ImageHeader header)
    {
        using var last = new VipsPipeline();
        last.Load(file, bytes, header);
        var (width, height) = (VipsNative.Width(last._image), VipsNative.Height(last._image));
        last.Continue(new VipsOperation("extract_area")
            .Set("input", last._image).Set("left", 0).Set("top", height - 1).Set("width", width).Set("height", 1));
        last.WriteTo(new byte[width * last.Channels]);
    }

    /// <summary>The crop, without pixels until it is written.</summary>
    public nint Image => _image;

    /// <summary>Bytes of a pixel of the crop: 1 gray, 3 RGB, 4 CMYK.</summary>
    public int Channels => VipsNative.Bands(_image);

    /// <summary>Computes the picture into the first bytes of <paramref name="pixels"/>, 224 × 224 × <see cref="Channels"/> of them for a crop.</summary>
    /// <exception cref="VipsException">The file is damaged, or the computation was stopped.</exception>
    public void WriteTo(Span<byte> pixels)
    {
        var (width, height) = (VipsNative.Width(_image), VipsNative.Height(_image));
        var all = pixels[..(width * height * Channels)];
        fixed (byte* memory = all)
        {
            var target = VipsNative.NewImage(memory, (nuint)all.Length, width, height, Channels, EightBit);
            var failed = VipsNative.Write(_image, target) != 0;
            VipsNative.Release(target);
            if (failed)
            {
                throw VipsException.Take();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_owned.TryPop(out var instance))
        {
            VipsNative.Release(instance);
        }
    }

    private void Load(byte* file, int bytes, ImageHeader header)
    {
        var source = Own(VipsNative.NewSource(file, (nuint)bytes));
        var shrink = header.Format == ImageFormat.Png ? 1 : CropGeometry.ShrinkOnLoad(header.Width, header.Height);

        // A picture to be enlarged is small and is not read from top to bottom.
        var access = Math.Min(header.Width, header.Height) < CropGeometry.ShorterSide ? RandomAccess : SequentialAccess;

        // The loader is named, never guessed. FailOnError: a picture that breaks off is an error, a blemish that decoders agree on is not;
        // where the end is missing, whether there is more missing is one of those.
        var load = new VipsOperation($"{header.Format}load_source")
            .Set("source", source)
            .Set("access", access)
            .Set("fail_on", header.EndIsMissing ? FailOnWarning : FailOnError);
        load = (header.Format, shrink) switch
        {
            (_, 1) => load,
            (ImageFormat.Jpeg, _) => load.Set("shrink", shrink),
            _ => load.Set("scale", 1.0 / shrink),
        };
        Continue(load);

        // The loader has read the header only: had it found another picture than the inspector, the limits would not hold.
        var (width, height) = (VipsNative.Width(_image), VipsNative.Height(_image));
        if (Math.Abs(width - (header.Width / (double)shrink)) >= 1 || Math.Abs(height - (header.Height / (double)shrink)) >= 1)
        {
            throw new VipsException($"the codec sees {width}x{height} pixels, the inspector {header.Width}x{header.Height} by {shrink}");
        }
    }

    /// <summary>
    /// Sixteen bits become their upper eight, and what is transparent becomes white, the colour of the page it was made for. Colour profiles
    /// are ignored, as they were when the models were trained.
    /// </summary>
    private void ToBytesWithoutAlpha(string format)
    {
        if (VipsNative.Format(_image) == SixteenBit)
        {
            Continue(new VipsOperation("cast").Set("in", _image).Set("format", EightBit).Set("shift", true));
        }

        // Four channels of a JPEG are inks; in the other formats an even number has alpha for its last.
        if (format != ImageFormat.Jpeg && VipsNative.Bands(_image) is 2 or 4)
        {
            Continue(new VipsOperation("flatten").Set("in", _image).SetText("background", "255").Set("max_alpha", 255.0));
        }
    }

    private void ResizeAndCrop(CropGeometry geometry)
    {
        var (width, height) = (VipsNative.Width(_image), VipsNative.Height(_image));
        if (geometry.Width > width || geometry.Height > height)
        {
            Enlarge(geometry, (double)geometry.Width / width, (double)geometry.Height / height);
        }
        else
        {
            // Bicubic as Pillow has it: the filter widens with the reduction. A gap of 0 forbids libvips the cheaper averaging before it.
            Continue(new VipsOperation("resize")
                .Set("in", _image)
                .Set("scale", (double)geometry.Width / width)
                .Set("vscale", (double)geometry.Height / height)
                .Set("kernel", CubicKernel)
                .Set("gap", 0.0));
        }

        Continue(new VipsOperation("extract_area")
            .Set("input", _image)
            .Set("left", geometry.Left)
            .Set("top", geometry.Top)
            .Set("width", PixelTensor.Side)
            .Set("height", PixelTensor.Side));
    }

    /// <summary>
    /// Bicubic too, centre upon centre. The operation "resize" would do the same but for the centres: up to libvips 8.18 it moves what it
    /// enlarges by up to half a pixel (its pull request 4909).
    /// </summary>
    private void Enlarge(CropGeometry geometry, double across, double down)
    {
        Continue(new VipsOperation("affine")
            .Set("in", _image)
            .Set("interpolate", Own(VipsNative.NewInterpolate("bicubic")))
            .SetText("matrix", string.Create(CultureInfo.InvariantCulture, $"{across:R} 0 0 {down:R}"))
            .SetText("oarea", string.Create(CultureInfo.InvariantCulture, $"0 0 {geometry.Width} {geometry.Height}"))
            .Set("idx", 0.5 * (1 - (1 / across)))
            .Set("idy", 0.5 * (1 - (1 / down)))
            .Set("extend", CopyEdges));
    }

    private void Continue(VipsOperation operation) => _image = Own(operation.Run());

    private nint Own(nint instance)
    {
        _owned.Push(instance);
        return instance;
    }
}
