using System.Buffers;
using System.Buffers.Binary;

namespace InferenceTracing.OpenInference.Wire;

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
