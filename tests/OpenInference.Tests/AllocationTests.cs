using System.Buffers;
using Google.Protobuf;
using InferenceTracing.OpenInference.Grpc;
using InferenceTracing.OpenInference.Tests.Grpc;

namespace InferenceTracing.OpenInference.Tests;

[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    [Fact]
    public async Task InferAsync_BinaryRoundTrip_NeverCopiesThePixelsToTheHeap()
    {
        const int Requests = 200;
        await using var host = await ModelHost.StartAsync();
        using var images = ModelHost.Photograph(4);

        for (var i = 0; i < 50; i++)
        {
            await host.Client.InferAsync("colours", images, RoundTripTests.In(10), CancellationToken.None);
        }

        var before = GC.GetTotalAllocatedBytes(precise: true);

        for (var i = 0; i < Requests; i++)
        {
            await host.Client.InferAsync("colours", images, RoundTripTests.In(10), CancellationToken.None);
        }

        var bytes = (GC.GetTotalAllocatedBytes(precise: true) - before) / Requests;
        TestContext.Current.TestOutputHelper!.WriteLine($"{bytes} bytes a request of 4 images, client and server together");

        // The answers are 16,000 bytes at the model and as many at the client, and the test's model needs a row for each; the pixels are 602,112.
        Assert.InRange(bytes, 0, 120_000);
    }

    /// <summary>The server's share of a call: its client, which copies them, is this process too.</summary>
    [Fact]
    public void InferMessage_ReadFromTheWire_NeverCopiesThePixelsToTheHeap()
    {
        using var images = ModelHost.Photograph(4);
        var message = new ReadOnlySequence<byte>(GrpcHost.Raw(images).ToByteArray());
        InferMessage.Read(message, maxBatch: 16).Dispose();
        var before = GC.GetAllocatedBytesForCurrentThread();

        InferMessage.Read(message, maxBatch: 16).Dispose();

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 4096);
    }
}
