using Google.Protobuf;
using Grpc.Net.Client;
using InferenceTracing.OpenInference.Protos;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace InferenceTracing.OpenInference.Tests.Grpc;

/// <summary>The endpoints on the one port of a service, and a gRPC client made from the published form.</summary>
internal sealed class GrpcHost : IAsyncDisposable
{
    private readonly GrpcChannel _channel;

    private GrpcHost(ModelHost host)
    {
        Host = host;
        _channel = GrpcChannel.ForAddress(host.Http.BaseAddress!, new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxSendMessageSize = null });
        Client = new GRPCInferenceService.GRPCInferenceServiceClient(_channel);
    }

    public ModelHost Host { get; }

    public MeanColourModel Model => Host.Model;

    public GRPCInferenceService.GRPCInferenceServiceClient Client { get; }

    public GrpcChannel Channel => _channel;

    public static async Task<GrpcHost> StartAsync(Dictionary<string, string?>? settings = null, ILoadableModel? loadable = null) =>
        new(await ModelHost.StartAsync(HttpProtocols.Http1AndHttp2, settings, loadable));

    /// <summary>A request as Triton's and KServe's clients send it: raw bytes.</summary>
    public static ModelInferRequest Raw(PixelTensor images, bool floats = false, bool planes = false)
    {
        var numbers = Rest.InputFormTests.Numbers(images, planes);
        var request = Empty(images.Count, floats, planes);
        request.RawInputContents.Add(ByteString.CopyFrom(floats ? Rest.InputFormTests.Floats(numbers.Select(value => (float)value)) : numbers));
        return request;
    }

    /// <summary>The same in the field of its type.</summary>
    public static ModelInferRequest Typed(PixelTensor images, bool floats = false, bool planes = false)
    {
        var numbers = Rest.InputFormTests.Numbers(images, planes);
        var request = Empty(images.Count, floats, planes);
        var contents = request.Inputs[0].Contents = new InferTensorContents();

        if (floats)
        {
            contents.Fp32Contents.AddRange(numbers.Select(value => (float)value));
        }
        else
        {
            contents.UintContents.AddRange(numbers.Select(value => (uint)value));
        }

        return request;
    }

    /// <summary>A request without its numbers.</summary>
    public static ModelInferRequest Empty(int count = 1, bool floats = false, bool planes = false) => new()
    {
        ModelName = "colours",
        Id = "42",
        Inputs =
        {
            new ModelInferRequest.Types.InferInputTensor
            {
                Name = "image", Datatype = floats ? "FP32" : "UINT8", Shape = { planes ? [count, 3, 224, 224] : new long[] { count, 224, 224, 3 } },
            },
        },
    };

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await Host.DisposeAsync();
    }
}
