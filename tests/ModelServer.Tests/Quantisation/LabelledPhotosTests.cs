using InferenceTracing.ModelServer.Quantisation;
using InferenceTracing.Photos;
using InferenceTracing.Terminal;

namespace InferenceTracing.ModelServer.Tests.Quantisation;

public sealed class LabelledPhotosTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("labelled-").FullName;

    public LabelledPhotosTests()
    {
        for (var i = 10; i < 40; i++)
        {
            File.WriteAllText(Path.Combine(_folder, $"{i}.jpg"), "");
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_NoLabels_HoldsEveryOtherBack()
    {
        var photos = LabelledPhotos.Read(_folder, calibrate: 12, evaluate: 100);

        Assert.Equal(["10.jpg", "12.jpg"], photos.Calibrate.Take(2).Select(Name));
        Assert.Equal("11.jpg", Name(photos.HeldBack[0]));
        Assert.Equal((12, 15), (photos.Calibrate.Count, photos.HeldBack.Count));
        Assert.All(photos.HeldBack, photo => Assert.Null(photo.Class));
    }

    [Fact]
    public void Read_Labels_SayUseAndClass()
    {
        Label("file,use,class,label", Enumerable.Range(10, 30).Select(i => $"{i}.jpg,{(i < 22 ? "calibrate" : "evaluate")},{i * 20},\"one, of many\""));

        var photos = LabelledPhotos.Read(_folder, 100, 100);

        Assert.Equal((12, 18), (photos.Calibrate.Count, photos.HeldBack.Count));
        Assert.Equal(("22.jpg", 440), (Name(photos.HeldBack[0]), photos.HeldBack[0].Class));
    }

    [Theory]
    [InlineData("use,class", "evaluate,1", "line 1: the first line must name a column file")]
    [InlineData("file,use", "10.jpg,test", "line 2: the use is calibrate or evaluate, not 'test'")]
    [InlineData("file,class", "10.jpg,1000", "line 2: '1000' is no class, 0 to 999")]
    [InlineData("file,class", "10.jpg,-1", "line 2: '-1' is no class, 0 to 999")]
    [InlineData("file,class", "gone.jpg,1", "line 2: there is no file 'gone.jpg' beside it")]
    [InlineData("file,class", "../10.jpg,1", "line 2: there is no file '../10.jpg' beside it")]
    [InlineData("file,class", "10.jpg", "line 2: 1 fields, not 2")]
    [InlineData("file,class", "10.jpg,\"1", "line 2: a quotation mark is missing")]
    [InlineData("file,use", "10.jpg,calibrate", "1 photographs to calibrate with and 0 to hold back; 10 of each are needed at least")]
    public void Read_WrongLabels_AreOneLine(string head, string line, string why)
    {
        Label(head, [line]);

        var refusal = Assert.Throws<CommandException>(() => LabelledPhotos.Read(_folder, 50, 50));

        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.Equal(2, refusal.ExitCode);
    }

    private static string Name(LabelledPhoto photo) => Path.GetFileName(photo.Path);

    private void Label(string head, IEnumerable<string> lines) => File.WriteAllLines(Path.Combine(_folder, "labels.csv"), lines.Prepend(head));
}
