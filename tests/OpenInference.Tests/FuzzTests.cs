using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.OpenInference.Grpc;
using InferenceTracing.OpenInference.Protos;
using InferenceTracing.OpenInference.Tests.Grpc;
using InferenceTracing.OpenInference.Wire;

namespace InferenceTracing.OpenInference.Tests;

public sealed class FuzzTests
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(3000);

    [Fact]
    public void Parse_MutatedRequest_AnswersOrRefuses() => Prop.ForAll(Mutations(Requests.Binary(2, """ "outputs":[{"name":"probabilities"}], """)), bytes =>
    {
        try
        {
            Assert.InRange(RequestHeader.Parse(new ReadOnlySequence<byte>(bytes)).Count, 1, int.MaxValue);
        }
        catch (InferenceException refusal)
        {
            Assert.InRange(refusal.Status, 400, 422);
        }
    }).Check(Thorough);

    [Fact]
    public void Read_MutatedMessage_AnswersOrRefuses() => Prop.ForAll(Mutations(Message()), bytes =>
    {
        using var request = InferMessage.Read(new ReadOnlySequence<byte>(bytes), maxBatch: 16);
        Assert.Equal(request.Refusal is null, request.Images is not null);
        Assert.InRange(request.Refusal?.Status ?? 400, 400, 422);
    }).Check(Thorough);

    [Fact]
    public void Parse_MutatedAnswer_AnswersOrIsInvalid() => Prop.ForAll(Mutations(
        """{"model_name":"m","parameters":{"a":1,"b":[2]},"outputs":[{"name":"probabilities","datatype":"FP32","shape":[1,1000],"data":[0.5]}]}"""), bytes =>
    {
        try
        {
            new AnswerParser(1).Parse(bytes, bytes.Length);
        }
        catch (InvalidDataException)
        {
            // Said in one line by the client.
        }
    }).Check(Thorough);

    /// <summary>The text with a few bytes changed, removed, doubled or inserted.</summary>
    private static Arbitrary<byte[]> Mutations(string text) => Mutations(Encoding.UTF8.GetBytes(text));

    private static Arbitrary<byte[]> Mutations(byte[] text) =>
        (from edits in Gen.Choose(1, 6)
         from places in Gen.Choose(0, text.Length - 1).ListOf(edits)
         from kinds in Gen.Choose(0, 3).ListOf(edits)
         from values in Gen.Choose(0, 255).ListOf(edits)
         select Mutate(text, places, kinds, values)).ToArbitrary();

    private static byte[] Message()
    {
        var request = GrpcHost.Empty();
        request.Inputs[0].Contents = new InferTensorContents { UintContents = { 1, 2, 255 } };
        request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor
        {
            Name = "probabilities", Parameters = { ["classification"] = new InferParameter { Int64Param = 3 } },
        });
        return request.ToByteArray();
    }

    private static byte[] Mutate(byte[] text, IList<int> places, IList<int> kinds, IList<int> values)
    {
        var bytes = text.ToList();

        for (var i = 0; i < places.Count && bytes.Count > 1; i++)
        {
            var place = Math.Min(places[i], bytes.Count - 1);
            switch (kinds[i])
            {
                case 0: bytes[place] = (byte)values[i]; break;
                case 1: bytes.RemoveAt(place); break;
                case 2: bytes.InsertRange(place, bytes.GetRange(place, Math.Min(9, bytes.Count - place))); break;
                default: bytes.RemoveRange(place, Math.Min(values[i], bytes.Count - place - 1)); break;
            }
        }

        return [.. bytes];
    }
}
