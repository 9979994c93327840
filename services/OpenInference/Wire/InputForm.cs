namespace InferenceTracing.OpenInference.Wire;

/// <summary>
/// How a request sends its pixels, each a number from 0 to 255: as UINT8 or FP32, pixel by pixel (<c>[N, 224, 224, 3]</c>) or plane by plane
/// (<c>[N, 3, 224, 224]</c>). A model here takes any of them, as its metadata says; UINT8 pixel by pixel is what it works on.
/// </summary>
/// <param name="Floats">FP32, which is rounded to whole numbers.</param>
/// <param name="Planes">All red of an image, then all green, then all blue.</param>
internal readonly record struct InputForm(bool Floats, bool Planes)
{
    /// <summary>The datatypes and the orders of dimensions, for a model's metadata.</summary>
    public const string Datatypes = "UINT8,FP32", Layouts = "NHWC,NCHW";

    private const int Pixels = PixelTensor.Side * PixelTensor.Side;

    /// <summary>Bytes of one image on the wire: 150,528 or four times as many.</summary>
    public int BytesPerImage => PixelTensor.BytesPerImage * (Floats ? sizeof(float) : 1);

    /// <summary>The form of an input, and how many images it has.</summary>
    /// <param name="named">It has the name of the one input.</param>
    /// <param name="datatype">FP32 true, UINT8 false, null any other.</param>
    /// <param name="shape">Its dimensions.</param>
    /// <exception cref="InferenceException">422: the model takes no such input.</exception>
    public static (InputForm Form, int Count) Of(bool named, bool? datatype, ReadOnlySpan<long> shape)
    {
        if (!named)
        {
            throw InferenceException.Unprocessable($"The input's name must be '{PixelTensor.InputName}'.");
        }

        if (datatype is not { } floats)
        {
            throw InferenceException.Unprocessable("The input's datatype must be UINT8 or FP32.");
        }

        return shape switch
        {
            [>= 1 and <= int.MaxValue, PixelTensor.Side, PixelTensor.Side, PixelTensor.Channels] => (new(floats, Planes: false), (int)shape[0]),
            [>= 1 and <= int.MaxValue, PixelTensor.Channels, PixelTensor.Side, PixelTensor.Side] => (new(floats, Planes: true), (int)shape[0]),
            _ => throw InferenceException.Unprocessable("The input's shape must be [N,224,224,3] or [N,3,224,224] with N of at least 1."),
        };
    }

    /// <summary>Where the number that is sent as the <paramref name="index"/>th stands in a <see cref="PixelTensor"/>.</summary>
    public int Place(int index)
    {
        if (!Planes)
        {
            return index;
        }

        var (image, within) = Math.DivRem(index, PixelTensor.BytesPerImage);
        var (channel, pixel) = Math.DivRem(within, Pixels);
        return (image * PixelTensor.BytesPerImage) + (pixel * PixelTensor.Channels) + channel;
    }

    /// <summary>A pixel that came as a real number.</summary>
    /// <exception cref="InferenceException">400: it is none.</exception>
    public static byte Rounded(double value) => value is >= byte.MinValue and <= byte.MaxValue
        ? (byte)Math.Round(value)
        : throw InferenceException.Malformed("data must hold numbers from 0 to 255.");
}
