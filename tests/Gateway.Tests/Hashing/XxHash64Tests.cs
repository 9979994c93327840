using System.IO.Hashing;
using System.Text;

namespace InferenceTracing.Gateway.Tests.Hashing;

/// <summary>The project that stands in for the package System.IO.Hashing.</summary>
public sealed class XxHash64Tests
{
    // The specification's own input: bytes of a generator seeded with PRIME32 (xxHash, tests/sanity_test.c).
    private const ulong Prime32 = 2654435761;
    private const ulong Prime64 = 11400714785074694797;

    [Theory]
    [InlineData("", 0xEF46DB3751D8E999)]
    [InlineData("a", 0xD24EC4F1A98C6E5B)]
    [InlineData("abc", 0x44BC2CF5AD770999)]
    [InlineData("Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1)]
    public void Hash_KnownText_IsTheKnownNumber(string text, ulong expected) =>
        Assert.Equal(expected, XxHash64.HashToUInt64(Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData(0, 0UL, 0xEF46DB3751D8E999)]
    [InlineData(0, Prime32, 0xAC75FDA2929B17EF)]
    [InlineData(1, 0UL, 0xE934A84ADB052768)]
    [InlineData(1, Prime32, 0x5014607643A9B4C3)]
    [InlineData(4, 0UL, 0x9136A0DCA57457EE)]
    [InlineData(14, 0UL, 0x8282DCC4994E35C8)]
    [InlineData(14, Prime32, 0xC3BD6BF63DEB6DF0)]
    [InlineData(222, 0UL, 0xB641AE8CB691C174)]
    [InlineData(222, Prime32, 0x20CB8AB7AE10C14A)]
    public void Hash_SanityBuffer_IsTheKnownNumber(int length, ulong seed, ulong expected) =>
        Assert.Equal(expected, XxHash64.HashToUInt64(SanityBuffer(length), (long)seed));

    [Fact]
    public void Hash_EveryLength_IsItsOwnAndTheSameTwice()
    {
        var buffer = SanityBuffer(100);

        var hashes = Enumerable.Range(0, 101).Select(length => XxHash64.HashToUInt64(buffer.AsSpan(0, length))).ToList();

        Assert.Equal(101, hashes.Distinct().Count());
        Assert.Equal(hashes, Enumerable.Range(0, 101).Select(length => XxHash64.HashToUInt64(buffer.AsSpan(0, length))));
    }

    [Fact]
    public void Hash_OneBitChanged_IsAnother()
    {
        var buffer = SanityBuffer(100);
        var before = XxHash64.HashToUInt64(buffer);

        Assert.All(Enumerable.Range(0, buffer.Length), index =>
        {
            buffer[index] ^= 1;
            Assert.NotEqual(before, XxHash64.HashToUInt64(buffer));
            buffer[index] ^= 1;
        });
    }

    [Fact]
    public void Hash_AsBytes_IsBigEndian() =>
        Assert.Equal(Convert.FromHexString("44BC2CF5AD770999"), XxHash64.Hash("abc"u8.ToArray()));

    private static byte[] SanityBuffer(int length)
    {
        var (buffer, generator) = (new byte[length], Prime32);

        for (var i = 0; i < length; i++)
        {
            buffer[i] = (byte)(generator >> 56);
            generator *= Prime64;
        }

        return buffer;
    }
}
