namespace InferenceTracing.LoadGenerator.Simulation.Queues;

/// <summary>So many photographs at once from the upload to the answer, and some that wait for one of these places.</summary>
internal sealed class Places(int most, int queue)
{
    private readonly Queue<Action> _waiting = new();
    private int _taken;

    /// <summary>Calls back with a place, now or later; false where nobody else may wait.</summary>
    public bool TryEnter(Action entered)
    {
        if (_taken < most)
        {
            _taken++;
            entered();
            return true;
        }

        if (_waiting.Count >= queue)
        {
            return false;
        }

        _waiting.Enqueue(entered);
        return true;
    }

    /// <summary>Gives the place to the next.</summary>
    public void Leave()
    {
        if (_waiting.TryDequeue(out var next))
        {
            next();
        }
        else
        {
            _taken--;
        }
    }
}
