namespace InferenceTracing.Containers.Tests;

/// <summary>Files of the checkout these tests were built from.</summary>
internal static class CheckoutFiles
{
    private static readonly string Root = Find();

    public static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>A folder with models that vote on this machine, and which EfficientNet lies there; null where there is none.</summary>
    public static (string Folder, string EfficientNet)? Models() =>
        new[] { Environment.GetEnvironmentVariable("MODEL_REPOSITORY"), At("models"), At("..", "shared", "models") }
            .Where(folder => !string.IsNullOrEmpty(folder) && Directory.Exists(Path.Combine(folder, "mobilenetv2")))
            .SelectMany(folder => new[] { "efficientnetb0", "efficientnetlite0" }
                .Where(name => File.Exists(Path.Combine(folder!, name, "1", "model.onnx")))
                .Select(name => ((string, string)?)(Path.GetFullPath(folder!), name)))
            .FirstOrDefault();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);

        while (!File.Exists(Path.Combine(folder.FullName, "InferenceTracing.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("These tests run from the checkout they were built in.");
        }

        return folder.FullName;
    }
}
