using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text.Json;

namespace InferenceTracing.OpenInference.Tests.Rest;

/// <summary>UINT8 and FP32, pixel by pixel and plane by plane, as bytes and as JSON: the model sees the same pixels.</summary>
public sealed class InputFormTests
{
    private const int Pixels = PixelTensor.Side * PixelTensor.Side;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Infer_AnyFormAsBytes_IsTheSamePhotograph(bool floats, bool planes)
    {
        await using var host = await ModelHost.StartAsync();
        using var images = ModelHost.Photograph(2);
        var numbers = Numbers(images, planes);
        var bytes = floats ? Floats(numbers.Select(value => (float)value)) : numbers;

        using var answer = await host.PostBinaryAsync(Header(floats, planes, 2, bytes.Length), bytes);

        AssertSame(images, await BodyAsync(answer));
    }

    [Theory]
    [InlineData(false, true, false)]
    [InlineData(false, true, true)]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    public async Task Infer_AnyFormAsJson_IsTheSamePhotograph(bool floats, bool planes, bool nested)
    {
        await using var host = await ModelHost.StartAsync();
        using var images = ModelHost.Photograph();
        var numbers = Numbers(images, planes).Select(value => floats ? value.ToString("F1", CultureInfo.InvariantCulture) : value.ToString(CultureInfo.InvariantCulture));
        var data = nested ? Nested(numbers, planes ? [1, 3, 224, 224] : [1, 224, 224, 3]) : string.Join(',', numbers);

        using var answer = await host.PostJsonAsync(
            $$"""{"inputs":[{"name":"image","datatype":"{{(floats ? "FP32" : "UINT8")}}","shape":{{Shape(planes, 1)}},"data":[{{data}}]}]}""");

        AssertSame(images, await BodyAsync(answer));
    }

    [Fact]
    public async Task Infer_FractionsOfPixels_AreRounded()
    {
        await using var host = await ModelHost.StartAsync();
        using var images = ModelHost.Photograph();
        var bytes = Floats(images.Span.ToArray().Select(value => value + (value < 255 ? 0.4f : 0)));

        using var answer = await host.PostBinaryAsync(Header(floats: true, planes: false, 1, bytes.Length), bytes);

        AssertSame(images, await BodyAsync(answer));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(-0.01f)]
    [InlineData(255.01f)]
    public async Task Infer_FloatThatIsNoPixel_IsRefused(float value)
    {
        await using var host = await ModelHost.StartAsync();
        var bytes = Floats(Enumerable.Repeat(1f, PixelTensor.BytesPerImage - 1).Append(value));

        using var answer = await host.PostBinaryAsync(Header(floats: true, planes: false, 1, bytes.Length), bytes);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("numbers from 0 to 255", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(0, host.Model.Runs);
    }

    internal static byte[] Floats(IEnumerable<float> values) => [.. values.SelectMany(value =>
    {
        var bytes = new byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        return bytes;
    })];

    /// <summary>The pixels in the order in which they are sent.</summary>
    internal static byte[] Numbers(PixelTensor images, bool planes) => !planes ? images.Span.ToArray() : [.. Enumerable.Range(0, images.Count)
        .SelectMany(image => Enumerable.Range(0, 3).SelectMany(channel => Enumerable.Range(0, Pixels).Select(pixel => (image, channel, pixel))))
        .Select(place => images.Image(place.image)[(place.pixel * 3) + place.channel])];

    private static string Shape(bool planes, int count) => planes ? $"[{count},3,224,224]" : $"[{count},224,224,3]";

    private static string Header(bool floats, bool planes, int count, int bytes) =>
        Requests.Binary(datatype: floats ? "FP32" : "UINT8", shape: Shape(planes, count), size: bytes);

    private static string Nested(IEnumerable<string> numbers, int[] shape)
    {
        var elements = numbers.ToList();

        foreach (var size in shape.Skip(1).Reverse())
        {
            elements = [.. elements.Chunk(size).Select(row => $"[{string.Join(',', row)}]")];
        }

        return string.Join(',', elements);
    }

    private static async Task<JsonElement> BodyAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static void AssertSame(PixelTensor images, JsonElement answer)
    {
        var expected = Enumerable.Range(0, images.Count).SelectMany(image => MeanColourModel.Expected(images.Image(image)));
        Assert.Equal(expected, answer.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(value => value.GetSingle()));
    }
}
