using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionDsl.Generator;

/// <summary>Whether another part of the type can be generated at all: it is a partial record, concrete and nameable, and so is all around it.</summary>
internal static class DeclarationShape
{
    /// <summary>The names of the members that the generator writes.</summary>
    private static readonly string[] Generated = ["Variant", .. ApiFile.Members.Select(x => x.Name), "List", "Kernels", "Parameters", "Gradients"];

    public static bool Check(INamedTypeSymbol type, TypeDeclarationSyntax part, ProblemList problems)
    {
        bool legal = true;
        if (part is not RecordDeclarationSyntax)
        {
            Refuse(Problem.At("ATTN003", "", type.Name, part.Keyword.Text).FixedBy("record"));
        }

        if (!IsPartial(part))
        {
            Refuse(Problem.At("ATTN001", "", type.Name).FixedBy("partial"));
        }

        if (type.Arity > 0)
        {
            Refuse(Problem.At("ATTN004", "", type.Name, "it is generic", "remove its type parameters"));
        }

        if (part.Modifiers.Any(x => x.IsKind(SyntaxKind.FileKeyword)))
        {
            Refuse(Problem.At("ATTN004", "", type.Name, "it is local to its file", "make it internal"));
        }

        foreach (TypeDeclarationSyntax outer in part.Ancestors().OfType<TypeDeclarationSyntax>())
        {
            if (!IsPartial(outer))
            {
                Refuse(Problem.At("ATTN002", "", outer.Identifier.Text, type.Name).FixedBy("partial"), outer.Identifier.GetLocation());
            }

            if (outer.TypeParameterList is not null)
            {
                Refuse(Problem.At("ATTN004", "", type.Name, $"the type {outer.Identifier.Text} around it is generic", "move the declaration out of it"));
            }

            if (outer.Modifiers.Any(x => x.IsKind(SyntaxKind.FileKeyword)))
            {
                Refuse(Problem.At("ATTN004", "", type.Name, $"the type {outer.Identifier.Text} around it is local to its file", $"make {outer.Identifier.Text} internal"));
            }
        }

        foreach (ISymbol member in Generated.SelectMany(x => type.GetMembers(x)).Where(IsWritten))
        {
            Refuse(Problem.At("ATTN005", "", type.Name, member.Name), member.Locations[0]);
        }

        return legal;

        void Refuse(Problem problem, Location? place = null)
        {
            problems.Add(problem, place);
            legal = false;
        }
    }

    /// <summary>True if people wrote the member: the analyzer sees generated members, too.</summary>
    private static bool IsWritten(ISymbol member) =>
        member.DeclaringSyntaxReferences.Any(x => !x.SyntaxTree.FilePath.EndsWith(".g.cs", StringComparison.Ordinal));

    private static bool IsPartial(TypeDeclarationSyntax part) => part.Modifiers.Any(x => x.IsKind(SyntaxKind.PartialKeyword));
}
