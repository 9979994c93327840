using System.Globalization;
using InferenceTracing.ServiceDefaults.Hosting;
using Pool = InferenceTracing.ServiceDefaults.Hosting.LargeBlocks.Pool;

namespace InferenceTracing.ServiceDefaults.Tests.Hosting;

public sealed class LargeBlocksTests(TracedSample sample) : IClassFixture<TracedSample>
{
    [Fact]
    public async Task Connection_OfAService_ReceivesIntoLargeBlocks()
    {
        using var answer = await sample.Service.Client.PostAsync("/block", content: null);

        Assert.Equal(Pool.BlockBytes, int.Parse(await answer.Content.ReadAsStringAsync(), CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Rent_AfterABlockCameBack_LendsTheLatestAgain()
    {
        using var pool = new Pool();
        var (early, late) = (pool.Rent(), pool.Rent());
        var memory = late.Memory;

        early.Dispose();
        late.Dispose();

        using var again = pool.Rent();
        Assert.Equal(memory, again.Memory);
        Assert.Equal(Pool.BlockBytes, again.Memory.Length);
    }

    [Fact]
    public void Dispose_Twice_GivesTheBlockToOneOnly()
    {
        using var pool = new Pool();
        var block = pool.Rent();

        block.Dispose();
        block.Dispose();

        using var one = pool.Rent();
        using var other = pool.Rent();
        Assert.NotEqual(one.Memory, other.Memory);
    }

    [Fact]
    public void Rent_AllLargeBlocksOut_LendsSmallOnes()
    {
        using var pool = new Pool();
        var lent = Enumerable.Range(0, Pool.MostBlocks).Select(_ => pool.Rent()).ToList();

        using var next = pool.Rent();
        using var wanted = pool.Rent(Pool.BlockBytes / 2);

        Assert.All(lent, block => Assert.Equal(Pool.BlockBytes, block.Memory.Length));
        Assert.InRange(next.Memory.Length, 1, Pool.BlockBytes / 8);
        Assert.InRange(wanted.Memory.Length, Pool.BlockBytes / 2, Pool.BlockBytes);

        lent.ForEach(block => block.Dispose());
        using var large = pool.Rent();
        Assert.Equal(Pool.BlockBytes, large.Memory.Length);
    }

    [Fact]
    public void Create_Twice_SharesOnePool()
    {
        var blocks = new LargeBlocks();

        Assert.Same(blocks.Create(), blocks.Create());
    }

    [Fact]
    public void Rent_MoreThanABlock_Refuses()
    {
        using var pool = new Pool();

        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(Pool.BlockBytes + 1));
    }
}
