namespace InferenceTracing.Ensemble.Tests;

/// <summary>An ensemble of two members, <c>left</c> and <c>right</c>, for the tests of a class; each test finds them as they were.</summary>
public sealed class TwoMembers : IAsyncLifetime
{
    internal MemberServer Left { get; private set; } = null!;

    internal MemberServer Right { get; private set; } = null!;

    internal EnsembleUnderTest Ensemble { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Left = await MemberServer.StartAsync("left");
        Right = await MemberServer.StartAsync("right");
        Ensemble = await EnsembleUnderTest.StartAsync([("left", Left.Address), ("right", Right.Address)]);
    }

    public async ValueTask DisposeAsync()
    {
        await Ensemble.DisposeAsync();
        await Left.DisposeAsync();
        await Right.DisposeAsync();
    }

    internal TwoMembers Fresh()
    {
        foreach (var member in (MemberServer[])[Left, Right])
        {
            (member.Choice, member.Instead, member.Rubbish) = (7, null, null);
        }

        return this;
    }
}
