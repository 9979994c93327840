namespace InferenceTracing.TestBed;

/// <summary>How long a test waits for what must come: long enough for a busy machine, and reached only when it never comes.</summary>
internal static class Patience
{
    public static readonly TimeSpan Span = TimeSpan.FromSeconds(30);

    /// <summary>The task's result, or a failure that names what did not come.</summary>
    public static async Task<T> For<T>(Task<T> task, Func<string> what)
    {
        try
        {
            return await task.WaitAsync(Span);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited in vain for {what()}");
        }
    }

    /// <summary>Asks again until the answer satisfies: for state that another process tells only when asked.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> satisfied)
    {
        using var end = new CancellationTokenSource(Span);

        while (true)
        {
            var answer = await ask();

            if (satisfied(answer))
            {
                return answer;
            }

            if (end.IsCancellationRequested)
            {
                throw new TimeoutException($"Still {answer}");
            }

            await Task.Delay(25);
        }
    }
}
