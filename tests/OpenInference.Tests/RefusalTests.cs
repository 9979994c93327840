using System.Diagnostics;
using System.Net;
using System.Text.Json;
using InferenceTracing.ServiceDefaults.Requests;

namespace InferenceTracing.OpenInference.Tests;

public sealed class RefusalTests
{
    public static TheoryData<string, int, string> BadHeaders => new()
    {
        { Requests.Binary(name: "picture"), 422, "name must be 'image'" },
        { Requests.Binary(datatype: "INT64"), 422, "UINT8 or FP32" },
        { Requests.Binary(datatype: "FP32"), 400, "binary_data_size must be 602112" },
        { Requests.Binary(shape: "[1,4,224,224]"), 422, "[N,3,224,224]" },
        { Requests.Binary(shape: "[1,224,3,224]"), 422, "[N,224,224,3]" },
        { Requests.Binary(shape: "[0,224,224,3]"), 422, "[N,224,224,3]" },
        { Requests.Binary(shape: "[-1,224,224,3]"), 422, "[N,224,224,3]" },
        { Requests.Binary(shape: "[9223372036854775807,224,224,3]"), 422, "[N,224,224,3]" },
        { Requests.Binary(shape: "[1.5,224,224,3]"), 400, "whole number" },
        { Requests.Binary(shape: "[1,1,1,1,1,1,1,1,1]"), 400, "more than 8" },
        { Requests.Binary(shape: "{}"), 400, "shape must be an array" },
        { Requests.Binary(17), 413, "16 images" },
        { Requests.Binary(size: 5), 400, "binary_data_size must be 150528" },
        { Requests.Binary(extra: """ "outputs":[{"name":"logits"}], """), 422, "name must be 'probabilities'" },
        { Requests.Binary(extra: """ "outputs":[{"name":"probabilities"},{"name":"probabilities"}], """), 422, "one output" },
        { Requests.Binary(extra: """ "outputs":[{"name":"probabilities","parameters":{"classification":0}}], """), 422, "classification" },
        { Requests.Binary(extra: """ "outputs":[{"name":"probabilities","parameters":{"binary_data":1}}], """), 400, "true or false" },
        { Requests.Binary(extra: """ "outputs":7, """), 400, "outputs must be an array" },
        { "{}", 400, "inputs is missing" },
        { "[]", 400, "JSON object" },
        { "{\"inputs\":[", 400, "not valid JSON" },
        { "{\"inputs\":[{\"name\":\"\\ud800\"}]}", 400, "not valid JSON" },
        { "{\"id\":\"\\ud800\"}", 400, "not valid JSON" },
        { "{\"id\":\"" + new string('x', 300) + "\"}", 400, "id is longer" },
        { Requests.Binary() + "x", 400, "not valid JSON" },
        { """{"inputs":[{"name":"image","datatype":"UINT8","shape":[1,224,224,3],"data":[1]}]}""", 400, "binary_data_size" },
        { """{"inputs":[{"name":"image","datatype":"UINT8","shape":[1,224,224,3]}]}""", 400, "either data" },
    };

    /// <summary>A timer that fires a moment early is no failure of the server's: 147 of 640 expired requests were once answered 500.</summary>
    [Fact]
    public async Task Infer_ShortDeadlines_AreAll504AndNothingElse()
    {
        await using var host = await ModelHost.StartAsync();
        host.Model.Before = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        using var images = ModelHost.Photograph();

        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => AskAsync(1 + (i % 9))));

        // Whose body is still on its way when the refusal comes may find the connection closed instead.
        Assert.All(answers, status => Assert.True(status is HttpStatusCode.GatewayTimeout or null, $"{status}"));
        Assert.InRange(answers.Count(status => status is not null), 100, 300);

        async Task<HttpStatusCode?> AskAsync(int milliseconds)
        {
            try
            {
                using var answer = await host.PostBinaryAsync(
                    """{"inputs":[{"name":"image","datatype":"UINT8","shape":[1,224,224,3],"parameters":{"binary_data_size":150528}}]}""",
                    images.Memory,
                    change: request => request.Headers.Add("x-request-timeout-ms", $"{milliseconds}"));
                return answer.StatusCode;
            }
            catch (HttpRequestException)
            {
                return null;
            }
        }
    }

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public async Task Infer_WrongHeader_IsRefusedInOneLine(string json, int status, string message)
    {
        await using var host = await ModelHost.StartAsync();
        using var images = ModelHost.Photograph();

        using var response = await host.PostBinaryAsync(json, images.Memory);

        await AssertRefusedAsync(response, status, message);
        Assert.Equal(0, host.Model.Runs);
    }

    [Theory]
    [InlineData("abc", 400)]
    [InlineData("-1", 400)]
    [InlineData("999999", 413)]
    [InlineData("99999999999999", 400)]
    [InlineData("3", 400)]
    public async Task Infer_WrongJsonLength_IsRefused(string length, int status)
    {
        await using var host = await ModelHost.StartAsync();
        using var images = ModelHost.Photograph();

        using var response = await host.PostBinaryAsync(Requests.Binary(), images.Memory, length);

        await AssertRefusedAsync(response, status, "");
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(1, false)]
    [InlineData(-1, true)]
    [InlineData(1, true)]
    public async Task Infer_TensorOfAnotherSize_IsRefused(int difference, bool chunked)
    {
        await using var host = await ModelHost.StartAsync();

        using var response = await host.PostBinaryAsync(
            Requests.Binary(), new byte[PixelTensor.BytesPerImage + difference], change: request => request.Headers.TransferEncodingChunked = chunked);

        await AssertRefusedAsync(response, 400, "bytes");
        Assert.Equal(0, host.Model.Runs);
    }

    [Theory]
    [InlineData("[1,2,3]", 400)]
    [InlineData("[[1,2],[3]]", 400)]
    [InlineData("[256]", 400)]
    [InlineData("[-1]", 400)]
    [InlineData("[0.5]", 400)]
    [InlineData("[true]", 400)]
    [InlineData("[\"1\"]", 400)]
    [InlineData("[[[[[1]]]]]", 400)]
    [InlineData("[[[[1,2,3],[4,5,6]]]]", 400)]
    [InlineData("7", 400)]
    public async Task Infer_WrongJsonData_IsRefused(string data, int status)
    {
        await using var host = await ModelHost.StartAsync();

        using var response = await host.PostJsonAsync(
            $$"""{"inputs":[{"name":"image","datatype":"UINT8","shape":[1,224,224,3],"data":{{data}}}]}""");

        await AssertRefusedAsync(response, status, "data");
    }

    [Fact]
    public async Task Infer_JsonBeyondTheLimit_IsTooLarge()
    {
        await using var host = await ModelHost.StartAsync(settings: new() { ["OpenInference:MaxBatch"] = "1" });

        // Asked before it is sent: a body on its way when the refusal comes ends the connection under it.
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("v2/models/colours/infer", UriKind.Relative))
        {
            Content = new StringContent(new string(' ', 1_400_000)), Headers = { ExpectContinue = true },
        };
        using var response = await host.Http.SendAsync(request);

        await AssertRefusedAsync(response, 413, "larger than");
    }

    [Theory]
    [InlineData("v2/models/other/infer")]
    [InlineData("v2/models/colours/versions/2/infer")]
    [InlineData("v2/models/COLOURS/infer")]
    public async Task Infer_UnknownModel_IsNotFound(string path)
    {
        await using var host = await ModelHost.StartAsync();

        using var response = await host.PostJsonAsync("{}", path);

        await AssertRefusedAsync(response, 404, "served here");
    }

    [Theory]
    [InlineData("0", 504)]
    [InlineData("-5", 504)]
    [InlineData("soon", 400)]
    [InlineData("1e3", 400)]
    public async Task Infer_DeadlineHeader_IsHonouredBeforeRunning(string value, int status)
    {
        await using var host = await ModelHost.StartAsync();
        using var images = ModelHost.Photograph();

        using var response = await host.PostBinaryAsync(
            Requests.Binary(), images.Memory, change: request => request.Headers.TryAddWithoutValidation(Deadline.Header, value));

        await AssertRefusedAsync(response, status, "");
        Assert.Equal(0, host.Model.Runs);
    }

    /// <summary>The deadline passes between the model's last moment and the sending: the caller gets the answer, and nothing behind it.</summary>
    [Fact]
    public async Task Infer_AnswerIsThereAfterTheDeadline_IsSentAlone()
    {
        await using var host = await ModelHost.StartAsync();
        host.Model.Before = async (deadline, _) =>
        {
            while (!deadline.HasPassed)
            {
                await Task.Delay(10, CancellationToken.None);
            }

            // The token's timer may be a little late.
            await Task.Delay(100, CancellationToken.None);
        };
        using var images = ModelHost.Photograph();

        using var answer = await host.PostBinaryAsync(
            Requests.Binary(), images.Memory, change: request => request.Headers.TryAddWithoutValidation(Deadline.Header, "80"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("colours", body.RootElement.GetProperty("model_name").GetString());
    }

    [Fact]
    public async Task Infer_DeadlinePassesWhileTheModelRuns_Answers504()
    {
        await using var host = await ModelHost.StartAsync();
        using var images = ModelHost.Photograph();
        host.Model.Before = (_, token) => Task.Delay(Timeout.Infinite, token);

        using var response = await host.PostBinaryAsync(
            Requests.Binary(), images.Memory, change: request => request.Headers.TryAddWithoutValidation(Deadline.Header, "80"));

        await AssertRefusedAsync(response, 504, "The deadline of 80 ms has passed.");
    }

    [Fact]
    public async Task Infer_ModelRefuses_PassesStatusRetryAfterAndReason()
    {
        List<Activity> spans = [];
        using var listener = ModelHost.Listen(spans);
        await using var host = await ModelHost.StartAsync();
        using var images = ModelHost.Photograph();
        var trace = ActivityTraceId.CreateRandom();
        host.Model.Before = (_, _) => throw new InferenceException(503, "queue_full", "The queue is full.") { RetryAfter = TimeSpan.FromMilliseconds(1200) };

        using var response = await host.PostBinaryAsync(Requests.Binary(), images.Memory,
            change: request => request.Headers.TryAddWithoutValidation("traceparent", $"00-{trace}-00f067aa0ba902b7-01"));
        await AssertRefusedAsync(response, 503, "The queue is full.");

        Assert.Equal("2", response.Headers.GetValues("Retry-After").Single());
        var span = await SpanAsync(spans, trace);
        Assert.Equal("queue_full", span.GetTagItem("error.type"));
        Assert.Equal(ActivityStatusCode.Error, span.Status);
    }

    [Fact]
    public async Task Infer_CallersMistake_NamesTheReasonButIsNoServerError()
    {
        List<Activity> spans = [];
        using var listener = ModelHost.Listen(spans);
        await using var host = await ModelHost.StartAsync();
        using var images = ModelHost.Photograph();
        var trace = ActivityTraceId.CreateRandom();

        using var response = await host.PostBinaryAsync("{}", images.Memory,
            change: request => request.Headers.TryAddWithoutValidation("traceparent", $"00-{trace}-00f067aa0ba902b7-01"));

        var span = await SpanAsync(spans, trace);
        Assert.Equal("bad_request", span.GetTagItem("error.type"));
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
    }

    [Fact]
    public async Task Infer_ClientGoesAway_CancelsTheModel()
    {
        await using var host = await ModelHost.StartAsync();
        using var images = ModelHost.Photograph();
        using var gone = new CancellationTokenSource();
        var cancelled = new TaskCompletionSource();
        host.Model.Before = async (_, token) =>
        {
            token.Register(cancelled.SetResult);
            await gone.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => host.Client.InferAsync("colours", images, RoundTripTests.In(10), gone.Token));

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(5));
    }

    internal static async Task<Activity> SpanAsync(List<Activity> spans, ActivityTraceId trace)
    {
        // The span ends after the response has been sent.
        for (var i = 0; i < 500; i++)
        {
            lock (spans)
            {
                if (spans.Find(span => span.TraceId == trace) is { } span)
                {
                    return span;
                }
            }

            await Task.Delay(10, CancellationToken.None);
        }

        throw new TimeoutException("The server span has not ended.");
    }

    private static async Task AssertRefusedAsync(HttpResponseMessage response, int status, string message)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        var error = JsonDocument.Parse(text).RootElement.GetProperty("error").GetString()!;
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }
}
