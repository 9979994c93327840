using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using InferenceTracing.OpenInference.Protos;
using InferenceTracing.OpenInference.Server;

namespace InferenceTracing.OpenInference.Grpc;

/// <summary>A model's answer as a <c>ModelInferResponse</c>: its tensor in raw bytes where the request's came so, else typed.</summary>
internal static class InferReply
{
    public static ModelInferResponse Of(InferMessage request, ModelMetadata model, Prediction prediction)
    {
        var answer = new ModelInferResponse { ModelName = model.Name, ModelVersion = model.Version, Id = request.Id };

        foreach (var (name, value) in AnswerWriter.Parameters(model, prediction))
        {
            answer.Parameters.Add(name, Parameter(value));
        }

        var output = new ModelInferResponse.Types.InferOutputTensor { Name = ProbabilitiesOutput.Name, Shape = { prediction.Count } };
        answer.Outputs.Add(output);

        if (request.Classification > 0)
        {
            output.Datatype = "BYTES";
            output.Shape.Add(request.Classification);
            AddTexts(request, answer, output, AnswerWriter.ClassStrings(prediction, prediction.Labels ?? model.Labels, request.Classification));
        }
        else
        {
            output.Datatype = "FP32";
            output.Shape.Add(prediction.Classes);
            AddNumbers(request, answer, output, prediction.Probabilities.Span);
        }

        return answer;
    }

    private static void AddNumbers(
        InferMessage request, ModelInferResponse answer, ModelInferResponse.Types.InferOutputTensor output, ReadOnlySpan<float> numbers)
    {
        if (request.IsRaw)
        {
            // Little endian, as every processor this runs on.
            answer.RawOutputContents.Add(ByteString.CopyFrom(MemoryMarshal.AsBytes(numbers)));
            return;
        }

        var contents = (output.Contents = new InferTensorContents()).Fp32Contents;
        contents.Capacity = numbers.Length;

        foreach (var number in numbers)
        {
            contents.Add(number);
        }
    }

    private static void AddTexts(InferMessage request, ModelInferResponse answer, ModelInferResponse.Types.InferOutputTensor output, byte[][] texts)
    {
        if (request.IsRaw)
        {
            var raw = new ArrayBufferWriter<byte>();
            AnswerWriter.WriteLengthPrefixed(raw, texts);
            answer.RawOutputContents.Add(ByteString.CopyFrom(raw.WrittenSpan));
            return;
        }

        output.Contents = new InferTensorContents();
        output.Contents.BytesContents.AddRange(texts.Select(text => ByteString.CopyFrom(text)));
    }

    private static InferParameter Parameter(object value) => value switch
    {
        bool flag => new() { BoolParam = flag },
        int number => new() { Int64Param = number },
        long number => new() { Int64Param = number },
        double number when double.IsFinite(number) => new() { DoubleParam = number },
        float number when float.IsFinite(number) => new() { DoubleParam = number },
        _ => new() { StringParam = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "" },
    };
}
