using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.ServiceDefaults.Requests;

namespace InferenceTracing.ModelServer.Tests;

public sealed partial class ModelServerTests(UntrainedRepository repository)
{
    [Fact]
    public async Task Run_UntrainedModel_AnswersAndStopsGracefully()
    {
        var port = FreePort();
        using var process = ServerProcess.Start(
            "--Model:Name=mobilenetv2", "--Model:Download=false", $"--urls=http://127.0.0.1:{port}", $"--MODEL_REPOSITORY={repository.Folder}/untrained");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        try
        {
            var client = new OpenInferenceClient(http);
            using var probe = new ModelProbe(http.BaseAddress, "mobilenetv2");
            await WaitAsync(async () => await probe.AskAsync(CancellationToken.None) is null);
            using var images = PixelTensor.Rent(3);
            images.Span.Fill(99);

            var answer = await client.InferAsync("mobilenetv2", images, Deadline.After(TimeSpan.FromSeconds(10), TimeProvider.System), CancellationToken.None);
            var health = await http.GetStringAsync(new Uri("health/ready", UriKind.Relative));

            Assert.Equal(3, answer.Prediction.Count);
            Assert.Equal(true, answer.Prediction.Parameters["untrained"]);
            Assert.Equal("float32", answer.Prediction.Parameters["precision"]);
            Assert.Equal("float32", (await probe.DescribeAsync(CancellationToken.None))!.Precision);
            Assert.Contains("untrained", health, StringComparison.Ordinal);
        }
        finally
        {
            _ = Kill(process.Id, SigTerm);
        }

        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(0, process.ExitCode);
        Assert.Equal("", await process.StandardError.ReadToEndAsync());
    }

    [Theory]
    [InlineData("modelserver: Name the model to serve", "--Model:Download=false")]
    [InlineData("resnet: model 'resnet' is in none of", "--Model:Name=resnet", "--Model:Download=false")]
    [InlineData("resnet: model 'resnet' has no int8 version in", "--Model:Name=resnet", "--Model:Precision=int8")]
    [InlineData("mobilenetv2: Failed to convert", "--Model:Name=mobilenetv2", "--Model:Precision=int4")]
    [InlineData("mobilenetv2: Batching:MaxBatch: The field MaxBatch must be between 1 and 256", "--Model:Name=mobilenetv2", "--Batching:MaxBatch=0")]
    [InlineData("mobilenetv2: Failed to convert", "--Model:Name=mobilenetv2", "--Batching:MaxBatch=x")]
    [InlineData("mobilenetv2: OpenInference:MaxBatch: The field MaxBatch must be between 1 and 256", "--Model:Name=mobilenetv2", "--OpenInference:MaxBatch=0")]
    public async Task Run_CannotServe_SaysOneLineAndExitsWithOne(string line, params string[] arguments)
    {
        var (exitCode, error) = await ServerProcess.RunAsync([.. arguments, $"--urls=http://127.0.0.1:{FreePort()}"]);

        Assert.Equal(1, exitCode);
        Assert.StartsWith(line, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public async Task Run_DamagedModel_SaysOneLineAndExitsWithOne()
    {
        var folder = Directory.CreateDirectory(Path.Combine(repository.Folder, "damaged", "efficientnetb0", "1"));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "model.onnx"), "half a model");

        var (exitCode, error) = await ServerProcess.RunAsync(
            "--Model:Name=efficientnetb0", $"--MODEL_REPOSITORY={repository.Folder}/damaged", $"--urls=http://127.0.0.1:{FreePort()}");

        Assert.Equal(1, exitCode);
        Assert.Contains("is damaged or another file", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public async Task InferAsync_NotLoadedYet_SaysHowFarItIs()
    {
        var model = new NetworkModel(Microsoft.Extensions.Options.Options.Create(new ModelOptions { Name = "mobilenetv2" })) { Stage = "downloading 45 %" };
        using var images = PixelTensor.Rent(1);

        var refusal = await Assert.ThrowsAsync<InferenceException>(
            async () => await model.InferAsync(images, Deadline.After(TimeSpan.FromSeconds(1), TimeProvider.System), CancellationToken.None));
        var health = await new ModelHealth(model, Microsoft.Extensions.Options.Options.Create(new InferenceTracing.ModelServer.Batching.BatchingOptions())).CheckHealthAsync(new());

        Assert.Equal((503, "model_not_ready"), (refusal.Status, refusal.Reason));
        Assert.Contains("downloading 45 %", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("downloading 45 %", health.Description);
        Assert.False(model.IsReady);
    }

    private const int SigTerm = 15;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private static async Task WaitAsync(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 300; i++)
        {
            if (await condition())
            {
                return;
            }

            await Task.Delay(100);
        }

        throw new TimeoutException("The server is not ready after 30 s.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
