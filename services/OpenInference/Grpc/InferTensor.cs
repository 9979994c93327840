using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;
using InferenceTracing.OpenInference.Wire;

namespace InferenceTracing.OpenInference.Grpc;

/// <summary>An <c>InferInputTensor</c>, its numbers only located; and typed contents, put where they belong.</summary>
/// <param name="IsNamed">It has the name of the one input.</param>
/// <param name="Floats">FP32 true, UINT8 false, null any other.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Contents">Its typed contents, where it has any.</param>
internal readonly record struct InferTensor(bool IsNamed, bool? Floats, long[] Shape, ReadOnlySequence<byte>? Contents)
{
    // Numbers of the fields in Protos/open_inference.proto.
    private const int TensorName = 1, TensorDatatype = 2, TensorShape = 3, TensorContents = 5, UintContents = 4, Fp32Contents = 6;
    private const int MostDimensions = 8;
    private const int PartBytes = 512;

    /// <exception cref="InferenceException">400.</exception>
    public static InferTensor Read(in ReadOnlySequence<byte> input)
    {
        var named = false;
        bool? floats = null;
        List<long> shape = [];
        ReadOnlySequence<byte>? contents = null;
        var fields = new ProtoFields(input);

        while (fields.Next())
        {
            switch (fields.Number)
            {
                case TensorName:
                    named = InferMessage.Is(fields.Content, "image"u8);
                    break;
                case TensorDatatype:
                    floats = InferMessage.Is(fields.Content, "FP32"u8) ? true : InferMessage.Is(fields.Content, "UINT8"u8) ? false : null;
                    break;
                case TensorShape:
                    ReadShape(fields, shape);
                    break;
                case TensorContents:
                    contents = fields.Content;
                    break;
            }
        }

        return new InferTensor(named, floats, [.. shape], contents);
    }

    /// <summary>Puts typed contents into the tensor: <c>uint_contents</c> of UINT8, <c>fp32_contents</c> of FP32, in a row or one by one.</summary>
    /// <exception cref="InferenceException">400: they are not of that type, or not as many as the shape says.</exception>
    public static void Fill(TensorFiller filler, InputForm form, in ReadOnlySequence<byte> contents)
    {
        var fields = new ProtoFields(contents);
        Span<byte> single = stackalloc byte[sizeof(uint)];

        while (fields.Next())
        {
            switch (fields.Number, fields.Type)
            {
                case (UintContents, WireFormat.WireType.LengthDelimited) when !form.Floats:
                    AddRow(filler, fields.Content);
                    break;
                case (UintContents, WireFormat.WireType.Varint) when !form.Floats:
                    single[0] = Pixel(fields.Value);
                    filler.Add(single[..1]);
                    break;
                case (Fp32Contents, WireFormat.WireType.LengthDelimited) when form.Floats:
                    filler.Add(fields.Content);
                    break;
                case (Fp32Contents, WireFormat.WireType.Fixed32) when form.Floats:
                    BinaryPrimitives.WriteUInt32LittleEndian(single, (uint)fields.Value);
                    filler.Add(single);
                    break;
                default:
                    throw InferenceException.Malformed("contents must be uint_contents for UINT8, fp32_contents for FP32.");
            }
        }
    }

    private static void AddRow(TensorFiller filler, in ReadOnlySequence<byte> numbers)
    {
        var reader = new SequenceReader<byte>(numbers);
        Span<byte> part = stackalloc byte[PartBytes];

        while (!reader.End)
        {
            var read = 0;

            for (; read < part.Length && !reader.End; read++)
            {
                part[read] = Pixel(ProtoFields.Varint(ref reader));
            }

            filler.Add(part[..read]);
        }
    }

    private static byte Pixel(ulong value) => value <= byte.MaxValue ? (byte)value : throw InferenceException.Malformed("contents must hold numbers from 0 to 255.");

    private static void ReadShape(in ProtoFields field, List<long> shape)
    {
        var reader = new SequenceReader<byte>(field.Content);

        do
        {
            if (shape.Count == MostDimensions)
            {
                throw InferenceException.Malformed($"shape has more than {MostDimensions} dimensions.");
            }

            shape.Add((long)(field.Type == WireFormat.WireType.LengthDelimited && !reader.End ? ProtoFields.Varint(ref reader) : field.Value));
        }
        while (!reader.End);
    }
}
