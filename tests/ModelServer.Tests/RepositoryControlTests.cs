using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Protos;

namespace InferenceTracing.ModelServer.Tests;

/// <summary>A real network over gRPC, taken out of service and put back while its server runs.</summary>
public sealed class RepositoryControlTests(UntrainedRepository repository)
{
    private const string Model = "v2/repository/models/mobilenetv2";

    [Fact]
    public async Task Unload_ThenLoad_TakesTheModelOutAndPutsItBack()
    {
        var port = FreePort();
        using var process = ServerProcess.Start(
            "--Model:Name=mobilenetv2", "--Model:Download=false", "--OpenInference:RepositoryControl=true",
            $"--urls=http://127.0.0.1:{port}", $"--MODEL_REPOSITORY={repository.Folder}/untrained");

        try
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            using var channel = GrpcChannel.ForAddress(http.BaseAddress);
            var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
            await ReadyAsync(http, wanted: true);
            Assert.Equal(1000 * sizeof(float), Assert.Single((await InferAsync(client)).RawOutputContents).Length);

            using (await http.PostAsync(new Uri($"{Model}/unload", UriKind.Relative), null))
            {
                await ReadyAsync(http, wanted: false);
            }

            Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => InferAsync(client))).StatusCode);
            Assert.Equal("UNAVAILABLE", Assert.Single((await client.RepositoryIndexAsync(new())).Models).State);
            Assert.True((await client.RepositoryModelLoadAsync(new() { ModelName = "mobilenetv2" })).IsLoaded);
            await ReadyAsync(http, wanted: true);
            // Again, where it is loaded: the old one is drained.
            using var again = await http.PostAsync(new Uri($"{Model}/load", UriKind.Relative), null);
            Assert.Equal(HttpStatusCode.OK, again.StatusCode);
            Assert.Single((await InferAsync(client)).Outputs);

            using var statistics = JsonDocument.Parse(await http.GetStringAsync(new Uri("v2/models/mobilenetv2/stats", UriKind.Relative)));
            var model = statistics.RootElement.GetProperty("model_stats")[0];
            // The service's own first request, and the two of this test; one was refused.
            Assert.Equal((3, 3, 1), (
                model.GetProperty("inference_count").GetInt32(),
                model.GetProperty("execution_count").GetInt32(),
                model.GetProperty("inference_stats").GetProperty("fail").GetProperty("count").GetInt32()));
            Assert.Equal(3, model.GetProperty("batch_stats")[0].GetProperty("compute_infer").GetProperty("count").GetInt32());
        }
        finally
        {
            process.Kill();
        }
    }

    private static async Task<ModelInferResponse> InferAsync(GRPCInferenceService.GRPCInferenceServiceClient client) => await client.ModelInferAsync(new ModelInferRequest
    {
        ModelName = "mobilenetv2",
        Inputs = { new ModelInferRequest.Types.InferInputTensor { Name = "image", Datatype = "UINT8", Shape = { 1, 224, 224, 3 } } },
        RawInputContents = { ByteString.CopyFrom(new byte[PixelTensor.BytesPerImage]) },
    });

    private static async Task ReadyAsync(HttpClient http, bool wanted)
    {
        for (var i = 0; i < 300; i++)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri("v2/models/mobilenetv2/ready", UriKind.Relative));

                if (answer.IsSuccessStatusCode == wanted)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (wanted)
            {
                // Not listening yet.
            }

            await Task.Delay(100);
        }

        throw new TimeoutException($"The model is not {(wanted ? "" : "un")}ready after 30 s.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
