using System.Collections.Immutable;
using AttentionDsl.CodeFixes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace AttentionDsl.Generator.Tests.CodeFixes;

/// <summary>Applies code fixes to a source text, as an editor does.</summary>
internal static class Fixes
{
    /// <summary>The fixes offered for the first diagnostic with this identifier: their titles, and the source after each.</summary>
    public static async Task<IReadOnlyList<(string Title, string Source)>> Offered(string source, string id)
    {
        Diagnostic diagnostic = (await Generator.Tests.Source.Analyze(source)).First(x => x.Id == id);
        using AdhocWorkspace workspace = new();
        Document document = workspace.AddProject("Lab", LanguageNames.CSharp).WithParseOptions(Generator.Tests.Source.ParseOptions).AddDocument("Source0.cs", source);
        List<CodeAction> actions = [];
        DeclarationFixProvider provider = new();
        if (provider.FixableDiagnosticIds.Contains(id))
        {
            await provider.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => actions.Add(action), default));
        }

        List<(string, string)> offered = [];
        foreach (CodeAction action in actions)
        {
            ImmutableArray<CodeActionOperation> operations = await action.GetOperationsAsync(default);
            Solution changed = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution;
            offered.Add((action.Title, (await changed.GetDocument(document.Id)!.GetTextAsync()).ToString()));
        }

        return offered;
    }
}
