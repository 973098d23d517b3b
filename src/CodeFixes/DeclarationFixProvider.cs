using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace AttentionDsl.CodeFixes;

/// <summary>
/// Does what a diagnostic says, where that is mechanical. A diagnostic carries its remedy as a verb and its objects
/// (such as <c>type:G:KeyVector</c>); <see cref="Remedy"/> turns it into edits of the text.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(DeclarationFixProvider))]
[Shared]
public sealed class DeclarationFixProvider : CodeFixProvider
{
    /// <summary>The property of a diagnostic that carries its remedy.</summary>
    private const string Fix = "Fix";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(
        "ATTN001", "ATTN002", "ATTN003", "ATTN010", "ATTN011", "ATTN012", "ATTN013", "ATTN014", "ATTN015", "ATTN016", "ATTN019",
        "ATTN020", "ATTN024", "ATTN027", "ATTN032", "ATTN033", "ATTN042", "ATTN045", "ATTN047", "ATTN048");

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode? root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            if (root is not null && diagnostic.Properties.TryGetValue(Fix, out string? fix) && fix is not null
                && Remedy.Of(fix, root, diagnostic.Location.SourceSpan) is { Edits.Count: > 0 } remedy)
            {
                context.RegisterCodeFix(CodeAction.Create(remedy.Title, cancel => Apply(context.Document, remedy.Edits, cancel), equivalenceKey: fix), diagnostic);
            }
        }
    }

    private static async Task<Document> Apply(Document document, IReadOnlyList<TextChange> edits, CancellationToken cancel)
    {
        SourceText text = await document.GetTextAsync(cancel).ConfigureAwait(false);
        return document.WithText(text.WithChanges(edits));
    }
}
