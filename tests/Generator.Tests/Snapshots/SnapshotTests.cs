namespace AttentionDsl.Generator.Tests.Snapshots;

/// <summary>That a snapshot can fail: a missing, changed or superfluous file is an error, and accepting mends it.</summary>
public sealed class SnapshotTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("snapshots").FullName;

    public SnapshotTests() => Environment.SetEnvironmentVariable("DiffEngine_Disabled", "true");

    [Fact]
    public async Task AMissingSnapshotFailsAndIsReceived()
    {
        Exception fault = await Fails(Texts("a"));
        Assert.Contains("New: T.M#x.received.cs", fault.Message, StringComparison.Ordinal);
        Assert.Contains("ACCEPT_SNAPSHOTS=1 dotnet test", fault.Message, StringComparison.Ordinal);
        Assert.Equal("a", File.ReadAllText(Path.Combine(folder, "T.M#x.received.cs")));
    }

    [Fact]
    public async Task AChangedSnapshotFailsAndNamesTheLine()
    {
        await Snapshot.Verify(folder, "T.M", Texts("a\nb"), accept: true);
        Exception fault = await Fails(Texts("a\nc"));
        Assert.Contains("Not equal: T.M#x.received.cs, line 2:", fault.Message, StringComparison.Ordinal);
        Assert.Equal("a\nb", File.ReadAllText(Path.Combine(folder, "T.M#x.verified.cs")));
    }

    [Fact]
    public async Task ASuperfluousSnapshotFails()
    {
        await Snapshot.Verify(folder, "T.M", Texts("a"), accept: true);
        Exception fault = await Fails(new Dictionary<string, string>());
        Assert.Contains("No longer generated: T.M#x.verified.cs", fault.Message, StringComparison.Ordinal);
        await Snapshot.Verify(folder, "T.M", new Dictionary<string, string>(), accept: true);
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public async Task AnAcceptedSnapshotPassesAndTheReceivedFileGoes()
    {
        await Fails(Texts("a"));
        await Snapshot.Verify(folder, "T.M", Texts("a"), accept: true);
        await Snapshot.Verify(folder, "T.M", Texts("a"), accept: false);
        Assert.Equal(["T.M#x.verified.cs"], Directory.GetFiles(folder).Select(Path.GetFileName));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static Dictionary<string, string> Texts(string text) => new() { ["T.M#x"] = text };

    private Task<Exception> Fails(Dictionary<string, string> texts) => Assert.ThrowsAnyAsync<Exception>(() => Snapshot.Verify(folder, "T.M", texts, accept: false));
}
