using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AttentionDsl.Generator.Tests.Diagnostics;

/// <summary>
/// The pages of docs/diagnostics are the tests of the diagnostics: the first example causes exactly what is annotated, at the place and with the message
/// that stand there; what is to be written instead causes nothing. With ACCEPT_SNAPSHOTS=1 annotations are written as they come.
/// </summary>
public class PageTests
{
    private static readonly bool Accept = Environment.GetEnvironmentVariable(Snapshot.AcceptVariable) == "1";

    public static TheoryData<string> Ids => [.. Descriptors.All.Select(x => x.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task TheExampleCausesIt(string id)
    {
        Page page = Page.Of(id);
        string source = Annotated.Strip(page.Example);
        ImmutableArray<Diagnostic> found = await Source.Analyze(source);
        string annotated = Annotated.With(source, found.Where(x => x.Id == id || x.Severity >= DiagnosticSeverity.Warning));
        if (Accept)
        {
            Page.Accept(id, page.Example, annotated);
            return;
        }

        Assert.Contains(found, x => x.Id == id);
        Assert.Equal(page.Example, annotated);

        // One error and not forty: whatever else is there compiles.
        GeneratorRun run = GeneratorRun.Of(source);
        Assert.Empty(run.Output.GetDiagnostics().Where(x => x.Severity == DiagnosticSeverity.Error));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task WhatToWriteInsteadDoesNot(string id)
    {
        IReadOnlyList<string> instead = Page.Of(id).Instead;
        Assert.NotEmpty(instead);
        foreach (string source in instead)
        {
            Assert.Empty((await Source.Analyze(source)).Where(x => x.Id == id || x.Severity >= DiagnosticSeverity.Warning));
            GeneratorRun run = GeneratorRun.Of(source);
            Assert.Empty(run.Output.GetDiagnostics().Where(x => x.Severity >= DiagnosticSeverity.Warning));
            Assert.NotEmpty(run.Texts);
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void ThePageIsTheDescriptors(string id)
    {
        DiagnosticDescriptor descriptor = Descriptors.Of(id);
        Page page = Page.Of(id);
        Assert.Equal($"# {id}: {descriptor.Title}", page.Title);
        Assert.Equal(SeverityOf(descriptor), page.Severity);
        Assert.EndsWith($"/docs/diagnostics/{id}.md", descriptor.HelpLinkUri, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryPageHasADescriptorAndALineInTheIndex()
    {
        string path = Path.Combine(Page.Folder, "README.md");
        string text = File.ReadAllText(path).ReplaceLineEndings("\n"), head = text.Split("| id |")[0];
        string table = "| id | | |\n|---|---|---|\n" + string.Concat(Descriptors.All.Select(x => $"| [{x.Id}]({x.Id}.md) | {SeverityOf(x)} | {x.Title} |\n"));
        if (Accept)
        {
            File.WriteAllText(path, head + table);
            return;
        }

        Assert.Equal(head + table, text);
        Assert.Equal(Descriptors.All.Select(x => x.Id), Directory.GetFiles(Page.Folder, "ATTN*.md").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));
    }

    private static string SeverityOf(DiagnosticDescriptor descriptor) => descriptor.DefaultSeverity == DiagnosticSeverity.Info ? "Information" : descriptor.DefaultSeverity.ToString();
}
