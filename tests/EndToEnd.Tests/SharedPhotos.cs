using InferenceTracing.Runner;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>The test photographs beside the checkout, and what each one shows (their list is in SOURCES.md there).</summary>
internal static class SharedPhotos
{
    private static readonly string[] Cats = ["Egyptian cat", "tabby", "tiger cat"];

    public static IReadOnlyDictionary<string, string[]> Expected { get; } = new Dictionary<string, string[]>
    {
        ["brittany_spaniel.jpg"] = ["Brittany spaniel"],
        ["camera_tripod_gray.png"] = ["tripod"],
        ["cat_1080p.jpg"] = Cats,
        ["chelsea_cat.png"] = Cats,
        ["chickadee.png"] = ["chickadee"],
        ["crocodile.jpg"] = ["African crocodile"],
        ["crocodile_exif6.jpg"] = ["African crocodile"],
        ["espresso.png"] = ["espresso"],
        ["giant_panda.jpg"] = ["giant panda"],
        ["goldfish.jpg"] = ["goldfish"],
        ["hot_dog.jpg"] = ["hotdog"],
        ["hot_dog_cmyk.jpg"] = ["hotdog"],
        ["labrador.jpg"] = ["Labrador retriever"],
        ["labrador_gray.jpg"] = ["Labrador retriever"],
        ["mug_8mp.jpg"] = ["coffee mug", "cup"],
    };

    private static string Folder => Checkout.Find().SharedPhotos;

    /// <summary>The file's bytes; without the folder the test is skipped, with the reason.</summary>
    public static byte[] Read(string name)
    {
        Assert.SkipUnless(Directory.Exists(Folder), "The test photographs (../shared/photos) are not on this machine.");
        return File.ReadAllBytes(Path.Combine(Folder, name));
    }
}
