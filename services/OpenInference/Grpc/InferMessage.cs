using System.Buffers;
using System.Text;
using InferenceTracing.OpenInference.Wire;

namespace InferenceTracing.OpenInference.Grpc;

/// <summary>
/// A <c>ModelInferRequest</c> as it came off the wire, its pixels in a pooled tensor that it disposes. What is wrong with it is kept for the call to say, which
/// knows the span.
/// </summary>
internal sealed class InferMessage : IDisposable
{
    // Numbers of the fields in Protos/open_inference.proto.
    private const int ModelName = 1, ModelVersion = 2, RequestId = 3, Inputs = 5, Outputs = 6, RawInputContents = 7;
    private const int TensorName = 1, OutputParameters = 2;
    private const int EntryKey = 1, EntryValue = 2, Int64Parameter = 2, Uint64Parameter = 5;
    private const int LongestName = 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The model that is asked.</summary>
    public string Model { get; private set; } = "";

    /// <summary>Its version; empty for any.</summary>
    public string Version { get; private set; } = "";

    /// <summary>To be echoed.</summary>
    public string Id { get; private set; } = "";

    /// <summary>How many classes are wanted as text; 0 for the probabilities.</summary>
    public int Classification { get; private set; }

    /// <summary>Its tensor came as raw bytes, and so does the answer's.</summary>
    public bool IsRaw { get; private set; }

    /// <summary>The pixels; null where it is refused.</summary>
    public PixelTensor? Images { get; private set; }

    /// <summary>Why it is refused; null where it is not.</summary>
    public InferenceException? Refusal { get; private set; }

    public static InferMessage Read(in ReadOnlySequence<byte> message, int maxBatch)
    {
        var request = new InferMessage();

        try
        {
            request.ReadRequest(message, maxBatch);
        }
        catch (InferenceException refusal)
        {
            request.Dispose();
            request.Refusal = refusal;
        }

        return request;
    }

    public void Dispose()
    {
        Images?.Dispose();
        Images = null;
    }

    private void ReadRequest(in ReadOnlySequence<byte> message, int maxBatch)
    {
        ReadOnlySequence<byte>? input = null, output = null, raw = null;
        var fields = new ProtoFields(message);

        while (fields.Next())
        {
            switch (fields.Number)
            {
                case ModelName:
                    Model = Text(fields.Content, "model_name");
                    break;
                case ModelVersion:
                    Version = Text(fields.Content, "model_version");
                    break;
                case RequestId:
                    Id = Text(fields.Content, "id");
                    break;
                case Inputs:
                    input = input is null ? fields.Content : throw InferenceException.Unprocessable($"This model has one input, '{PixelTensor.InputName}'.");
                    break;
                case Outputs:
                    output = output is null ? fields.Content : throw InferenceException.Unprocessable($"This model has one output, '{ProbabilitiesOutput.Name}'.");
                    break;
                case RawInputContents:
                    raw = raw is null ? fields.Content : throw InferenceException.Malformed("raw_input_contents must have one element, the input's.");
                    break;
            }
        }

        if (Id.Length > RequestHeader.LongestId)
        {
            throw InferenceException.Malformed($"id is longer than {RequestHeader.LongestId} characters.");
        }

        if (output is { } asked)
        {
            ReadOutput(asked);
        }

        IsRaw = raw is not null;
        ReadInput(input ?? throw InferenceException.Malformed("inputs is missing."), raw, maxBatch);
    }

    private void ReadInput(in ReadOnlySequence<byte> input, ReadOnlySequence<byte>? raw, int maxBatch)
    {
        var tensor = InferTensor.Read(input);
        var (form, count) = InputForm.Of(tensor.IsNamed, tensor.Floats, tensor.Shape);

        if (count > maxBatch)
        {
            throw InferenceException.TooLarge($"A request may have {maxBatch} images at most, not {count}.");
        }

        if (raw is null == tensor.Contents is null)
        {
            throw InferenceException.Malformed("The input needs either contents or raw_input_contents.");
        }

        Images = PixelTensor.Rent(count);
        var filler = new TensorFiller(Images, form);

        if (raw is { } bytes)
        {
            filler.Add(bytes);
        }
        else
        {
            InferTensor.Fill(filler, form, tensor.Contents!.Value);
        }

        filler.Complete();
    }

    private void ReadOutput(in ReadOnlySequence<byte> output)
    {
        var named = false;
        var fields = new ProtoFields(output);

        while (fields.Next())
        {
            switch (fields.Number)
            {
                case TensorName:
                    named = Is(fields.Content, "probabilities"u8);
                    break;
                case OutputParameters when Number(fields.Content, "classification"u8) is { } classes:
                    Classification = RequestHeader.Classes(classes);
                    break;
            }
        }

        if (!named)
        {
            throw InferenceException.Unprocessable($"The output's name must be '{ProbabilitiesOutput.Name}'.");
        }
    }

    /// <summary>The whole number of a parameter, where the entry has this key; null where it has another.</summary>
    private static long? Number(in ReadOnlySequence<byte> entry, ReadOnlySpan<byte> key)
    {
        var wanted = false;
        long? number = null;
        var fields = new ProtoFields(entry);

        while (fields.Next())
        {
            if (fields.Number == EntryKey)
            {
                wanted = Is(fields.Content, key);
            }
            else if (fields.Number == EntryValue)
            {
                var value = new ProtoFields(fields.Content);

                while (value.Next())
                {
                    number = value.Number is Int64Parameter or Uint64Parameter ? (long)value.Value : number;
                }
            }
        }

        return !wanted ? null : number ?? throw InferenceException.Malformed($"{Encoding.UTF8.GetString(key)} must be an int64_param.");
    }

    internal static bool Is(in ReadOnlySequence<byte> text, ReadOnlySpan<byte> expected)
    {
        if (text.Length != expected.Length)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[expected.Length];
        text.CopyTo(bytes);
        return bytes.SequenceEqual(expected);
    }

    private static string Text(in ReadOnlySequence<byte> text, string name)
    {
        if (text.Length > LongestName)
        {
            throw InferenceException.Malformed($"{name} is longer than {LongestName} bytes.");
        }

        try
        {
            return Strict.GetString(text);
        }
        catch (DecoderFallbackException failure)
        {
            throw InferenceException.Malformed($"{name} is not UTF-8.", failure);
        }
    }
}
