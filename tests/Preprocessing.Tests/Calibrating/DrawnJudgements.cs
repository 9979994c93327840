using InferenceTracing.Preprocessing.Calibrating;

namespace InferenceTracing.Preprocessing.Tests.Calibrating;

/// <summary>Photographs of which is known how often the edge agrees with the ensemble: the ensemble's class is drawn from the edge's own probabilities at a known temperature.</summary>
internal static class DrawnJudgements
{
    /// <summary>Many are sure, and some are not, as photographs are: about nine in ten agree at a temperature of a half.</summary>
    /// <param name="count">How many.</param>
    /// <param name="temperature">The true one.</param>
    /// <param name="random">What they are drawn with.</param>
    /// <param name="surprises">The share for which the ensemble says something else, however sure the edge is.</param>
    public static IReadOnlyList<JudgedPhoto> Draw(int count, double temperature, Random random, double surprises = 0) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        // The first class's lead over the second is what decides; the others are far behind.
        var lead = -5 * Math.Log(1 - random.NextDouble());
        double[] logits = [lead, 0, -1, -2, -3];
        var ensemble = random.NextDouble() < surprises ? 1 : Pick(Softmax(logits, temperature), random);
        return Photo([.. Softmax(logits, 1).Select(p => (float)p)], ensemble);
    })];

    /// <summary>A photograph of two classes, of which the edge takes the first.</summary>
    public static JudgedPhoto Of(double probability, bool agrees, int? shown = null) =>
        Photo([(float)probability, (float)(1 - probability)], agrees ? 0 : 1, shown);

    private static JudgedPhoto Photo(float[] probabilities, int ensemble, int? shown = null) => new(probabilities, new EnsembleVote(ensemble, Milliseconds: 10), shown);

    private static double[] Softmax(double[] logits, double temperature)
    {
        var powers = logits.Select(logit => Math.Exp(logit / temperature)).ToArray();
        return [.. powers.Select(power => power / powers.Sum())];
    }

    private static int Pick(double[] probabilities, Random random)
    {
        var point = random.NextDouble();
        var choice = 0;

        for (; choice < probabilities.Length - 1 && point >= probabilities[choice]; choice++)
        {
            point -= probabilities[choice];
        }

        return choice;
    }
}
