using System.CommandLine;
using InferenceTracing.Terminal;

namespace InferenceTracing.ModelServer.Quantisation;

/// <summary>The command line of <c>dotnet run --project services/ModelServer -- quantise</c>.</summary>
internal static class QuantiseCommand
{
    /// <summary>The first word of the command line.</summary>
    public const string Name = "quantise";

    private const string Description =
        """
        Writes a version of a model that computes in int8, and prints what that costs on photographs held back.

        The photographs are to be like those that will be classified. A labels.csv beside them may say which are to calibrate with (file,use,class with
        use calibrate or evaluate); else every other one is held back.

        Examples:
          quantise --model mobilenetv2 --photos ../shared/labelled
          quantise --model mobilenetv2 --photos ~/pictures --calibrate 200

        Exit codes: 0 written, 1 too unlike the original to be kept, 2 refused.
        MODEL_REPOSITORY is where models are looked for, and where the version is written to (default: models/ of the checkout).
        """;

    public static RootCommand Create()
    {
        var model = new Option<string>("--model") { Description = "The model's name in the repository", Required = true };
        var photos = new Option<string>("--photos") { Description = "Folder of photographs, at least 20", Required = true };
        var calibrate = new Option<int>("--calibrate") { Description = "With how many photographs to calibrate at most", DefaultValueFactory = _ => 100 }
            .Between(LabelledPhotos.Fewest, 10_000);
        var evaluate = new Option<int>("--evaluate") { Description = "How many photographs to hold back at most", DefaultValueFactory = _ => 1000 }
            .Between(LabelledPhotos.Fewest, 100_000);
        var agreement = new Option<int>("--agreement") { Description = "The least share, in percent, for which both versions must agree", DefaultValueFactory = _ => 90 }
            .Between(0, 100);
        var quantise = new Command(Name, Description) { model, photos, calibrate, evaluate, agreement };

        quantise.SetAction((parsed, cancellationToken) => QuantiseRun.RunAsync(
            new QuantiseOptions(
                parsed.GetValue(model)!, parsed.GetValue(photos)!, parsed.GetValue(calibrate), parsed.GetValue(evaluate), parsed.GetValue(agreement) / 100.0),
            cancellationToken));

        return new RootCommand("What a model server does beside serving; without a command it serves.") { quantise };
    }
}

/// <summary>What the command line asks for.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Photos">The folder of the photographs.</param>
/// <param name="Calibrate">With how many to calibrate at most.</param>
/// <param name="Evaluate">How many to hold back at most.</param>
/// <param name="Agreement">The least agreement, 0 … 1, with which a version is kept.</param>
internal sealed record QuantiseOptions(string Model, string Photos, int Calibrate, int Evaluate, double Agreement);
