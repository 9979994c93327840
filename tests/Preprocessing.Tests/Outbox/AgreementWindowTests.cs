using InferenceTracing.Preprocessing.Outbox;

namespace InferenceTracing.Preprocessing.Tests.Outbox;

public sealed class AgreementWindowTests
{
    [Fact]
    public void Agreement_TooFewAudits_IsNotSaid()
    {
        var window = new AgreementWindow();

        for (var audit = 1; audit < AgreementWindow.Fewest; audit++)
        {
            window.Add(agreed: true);
        }

        Assert.Null(window.Agreement);
        window.Add(agreed: false);
        Assert.Equal(0.95, window.Agreement);
    }

    [Fact]
    public void Agreement_MoreThanTheWindow_IsOfTheLastOnes()
    {
        var window = new AgreementWindow();

        for (var audit = 0; audit < AgreementWindow.Length; audit++)
        {
            window.Add(agreed: false);
        }

        Assert.Equal(0, window.Agreement);

        for (var audit = 0; audit < 150; audit++)
        {
            window.Add(agreed: true);
        }

        Assert.Equal((0.75, AgreementWindow.Length), (window.Agreement, window.Audited));
    }
}
