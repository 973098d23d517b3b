namespace AttentionDsl.Generator;

/// <summary>The nested type <c>Kernels</c> that the runtime calls: entry points, scratch, and the declaration as data.</summary>
internal static class KernelsFile
{
    public static readonly string[] Kinds = ["Decode", "DecodeBackward", "Forward", "Backward"];

    /// <summary>True of a pass whose items are chunks.</summary>
    public static bool IsOfChunks(string pass) => pass is "Prepare" or "Project" or "Gradients";

    /// <summary>The kernels that work from and to the workspace between passes.</summary>
    public static string[] Passes(Variant variant)
    {
        bool cuts = variant.Passes.Carry is not null, composes = cuts && !variant.Update.TransitionIsDiagonal;
        string[] carry = composes ? ["Carry", "CarryAndAdvance", "Compose"] : cuts ? ["Carry", "CarryAndAdvance"] : [], carryBack = composes ? ["CarryBack", "ComposeBack"] : cuts ? ["CarryBack"] : [];
        string[] project = variant.Passes.ProjectsApart ? ["Project"] : [];
        string[] prepare = variant.Passes.Prepare is null ? [] : ["Prepare"];
        return [.. prepare, .. carry, "Advance", "Trail", .. carryBack, "Retreat", .. project, "Gradients"];
    }

    public static string Text(Variant variant, IReadOnlyDictionary<string, string> scratch) => variant.File(
        $"What the runtime knows of {variant.Declaration.Name}.",
        writer =>
        {
            writer.Open(variant.Declaration.Head);
            writer.Doc("summary", $"The kernels of {variant.Declaration.Name}, generated from its declaration.");
            writer.Open("public sealed partial class Kernels : IVariantKernels");
            writer.Open("private Kernels()");
            writer.Close();
            foreach (string kind in Kinds)
            {
                writer.Line();
                writer.Line("/// <inheritdoc/>");
                writer.Open($"public static void {kind}<TTile, TNumber>(ReadOnlySpan<Operand<TTile, TNumber>> operands, Sizes sizes, Work at, TTile scratch)\n    where TTile : struct, ITile<TTile, TNumber>\n    where TNumber : struct, INumber<TNumber>");
                writer.Line($"{kind}Item(Tensors<TTile, TNumber>.From(operands), sizes, at, scratch);");
                writer.Close();
            }

            writer.Line();
            writer.Line("/// <inheritdoc/>");
            writer.Open("public static void Pass<TTile, TNumber>(KernelKind pass, ReadOnlySpan<Operand<TTile, TNumber>> operands, Sizes sizes, Work at, TTile scratch, Between<TTile> between)\n    where TTile : struct, ITile<TTile, TNumber>\n    where TNumber : struct, INumber<TNumber>");
            writer.Line("Tensors<TTile, TNumber> tensors = Tensors<TTile, TNumber>.From(operands);");
            writer.Line("switch (pass)");
            writer.Open();
            foreach (string pass in Passes(variant))
            {
                writer.Line($"case KernelKind.{pass}: {pass}Item(tensors, sizes, at, {(IsOfChunks(pass) ? "at, " : "")}scratch, between); break;");
            }

            writer.Line("default: throw new ArgumentOutOfRangeException(nameof(pass));");
            writer.Close();
            writer.Close();
            writer.Line();
            writer.Line("/// <inheritdoc/>");
            writer.Line("public static long Scratch(KernelKind kernel, Sizes sizes) => kernel switch");
            writer.Open();
            foreach (string kind in Kinds.Concat(Passes(variant)))
            {
                writer.Line($"KernelKind.{kind} =>");
                writer.Indented(() => writer.Lines(scratch[kind] + ","));
            }

            writer.Line("_ => throw new ArgumentOutOfRangeException(nameof(kernel)),");
            writer.Close("};");
            writer.Line();
            DescriptionText.Write(variant, writer);
            writer.Close();
            writer.Close();
        });
}
