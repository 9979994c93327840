using System.Buffers;
using System.Buffers.Binary;

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

/// <summary>Puts the bytes of an input's tensor, as they come and however they are cut, where <paramref name="images"/> has them.</summary>
/// <param name="images">Is filled.</param>
/// <param name="form">How the tensor is sent.</param>
internal sealed class TensorFiller(PixelTensor images, InputForm form)
{
    private readonly long _expected = (long)images.Count * form.BytesPerImage;
    private long _received;
    private int _filled;
    private uint _begun;

    /// <exception cref="InferenceException">400: more than the tensor has, or a number that is no pixel.</exception>
    public void Add(in ReadOnlySequence<byte> raw)
    {
        foreach (var part in raw)
        {
            Add(part.Span);
        }
    }

    /// <exception cref="InferenceException">400: more than the tensor has, or a number that is no pixel.</exception>
    public void Add(ReadOnlySpan<byte> raw)
    {
        if (raw.Length > _expected - _received)
        {
            throw InferenceException.Malformed($"The tensor has more than {_expected} bytes.");
        }

        if (form.Floats)
        {
            AddFloats(raw);
        }
        else if (form.Planes)
        {
            foreach (var value in raw)
            {
                images.Span[form.Place(_filled++)] = value;
            }
        }
        else
        {
            raw.CopyTo(images.Span[_filled..]);
            _filled += raw.Length;
        }

        _received += raw.Length;
    }

    /// <exception cref="InferenceException">400: bytes are missing.</exception>
    public void Complete()
    {
        if (_received < _expected)
        {
            throw InferenceException.Malformed($"The tensor has {_received} bytes, not {_expected}.");
        }
    }

    private void AddFloats(ReadOnlySpan<byte> raw)
    {
        var pixels = images.Span;
        var inside = (int)(_received % sizeof(float));

        // A number that the last part began.
        for (; inside > 0 && !raw.IsEmpty; raw = raw[1..])
        {
            _begun |= (uint)raw[0] << (8 * inside);
            inside = (inside + 1) % sizeof(float);

            if (inside == 0)
            {
                pixels[form.Place(_filled++)] = InputForm.Rounded(BitConverter.UInt32BitsToSingle(_begun));
            }
        }

        for (; raw.Length >= sizeof(float); raw = raw[sizeof(float)..])
        {
            pixels[form.Place(_filled++)] = InputForm.Rounded(BinaryPrimitives.ReadSingleLittleEndian(raw));
        }

        if (!raw.IsEmpty)
        {
            _begun = 0;

            for (var i = 0; i < raw.Length; i++)
            {
                _begun |= (uint)raw[i] << (8 * i);
            }
        }
    }
}
