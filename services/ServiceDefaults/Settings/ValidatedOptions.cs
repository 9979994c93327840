using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace InferenceTracing.ServiceDefaults.Settings;

/// <summary>Settings that are checked when the service starts, each problem with a line of its own.</summary>
public static class ValidatedOptions
{
    /// <summary>Binds <typeparamref name="T"/> to <paramref name="section"/>; data annotations and <paramref name="problems"/> must find nothing wrong.</summary>
    public static IServiceCollection AddValidatedOptions<T>(
        this IServiceCollection services, string section, Func<T, IEnumerable<string>>? problems = null)
        where T : class
    {
        // Else a setting misspelt is passed over, and so is a dictionary's whole entry when one value of it cannot be read.
        services.AddOptions<T>().BindConfiguration(section, binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        return services.AddSingleton<IValidateOptions<T>>(new Validation<T>(section, problems));
    }

    private sealed class Validation<T>(string section, Func<T, IEnumerable<string>>? problems) : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            var annotated = new List<ValidationResult>();
            Validator.TryValidateObject(options, new ValidationContext(options), annotated, validateAllProperties: true);

            // The setting's whole name, as the operator writes it.
            List<string> found =
            [
                .. annotated.Select(problem => $"{section}:{string.Join(", ", problem.MemberNames)}: {problem.ErrorMessage}"),
                .. problems?.Invoke(options) ?? [],
            ];
            return found.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found);
        }
    }
}
