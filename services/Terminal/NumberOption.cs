using System.CommandLine;
using System.Globalization;

namespace InferenceTracing.Terminal;

/// <summary>Whole numbers that an option takes.</summary>
public static class NumberOption
{
    /// <summary>Refuses what is below <paramref name="least"/> or above <paramref name="most"/>.</summary>
    public static Option<int> Between(this Option<int> option, int least, int most)
    {
        ArgumentNullException.ThrowIfNull(option);

        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                // What is no number at all is the library's to refuse.
                if (int.TryParse(token.Value, CultureInfo.InvariantCulture, out var number) && (number < least || number > most))
                {
                    result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} takes a number from {least} to {most}, not {number}."));
                }
            }
        });
        return option;
    }
}
