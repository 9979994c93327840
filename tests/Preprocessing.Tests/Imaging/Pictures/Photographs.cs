namespace InferenceTracing.Preprocessing.Tests.Imaging.Pictures;

/// <summary>The photographs in <c>../shared/photos</c> beside the checkout, where there are any.</summary>
internal static class Photographs
{
    private static readonly string Folder = Path.Combine(Root(), "..", "shared", "photos");

    /// <summary>The file's bytes; skips the test where the folder is absent.</summary>
    public static byte[] Read(string name)
    {
        Assert.SkipUnless(Directory.Exists(Folder), "The photographs (shared/photos beside the checkout) are absent.");
        return File.ReadAllBytes(Path.Combine(Folder, name));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "InferenceTracing.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? AppContext.BaseDirectory;
    }
}
