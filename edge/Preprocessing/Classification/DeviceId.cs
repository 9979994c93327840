using System.Buffers;
using System.Diagnostics;

namespace InferenceTracing.Preprocessing.Classification;

/// <summary>Which edge sent a photograph, where the request says so: the attribute <c>device.id</c> of its server span.</summary>
internal static class DeviceId
{
    public const string Header = "x-device-id";

    private const int LongestName = 64;

    private static readonly SearchValues<char> Letters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-");

    /// <summary>Anybody can send the header, so only what is a name reaches the trace.</summary>
    public static void Tag(Activity? span, string? device)
    {
        if (device is { Length: > 0 and <= LongestName } && !device.AsSpan().ContainsAnyExcept(Letters))
        {
            span?.SetTag("device.id", device);
        }
    }
}
