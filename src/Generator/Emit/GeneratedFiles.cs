namespace AttentionDsl.Generator;

/// <summary>All files of a declaration, by hint name: a pure function.</summary>
internal static class GeneratedFiles
{
    public static IEnumerable<(string Name, string Text)> Of(Declaration declaration)
    {
        if (declaration.Error.Length != 0)
        {
            yield return ($"{declaration.HintName}.g.cs", ErrorFile.Text(declaration));
            yield break;
        }

        var variant = new Variant(declaration);
        var scratch = new Dictionary<string, string>();
        string stem = declaration.HintName;

        string forward = ForwardFile.Text(variant, out string elements);
        scratch["Forward"] = elements;
        string backward = BackwardFile.Text(variant, out elements);
        scratch["Backward"] = elements;
        string passes = PassesFile.Text(variant, scratch);
        string step = StepFile.Text(variant, out elements);
        scratch["Decode"] = elements;
        string oracle = OracleFile.Text(variant, out elements);
        scratch["DecodeBackward"] = elements;

        yield return ($"{stem}.g.cs", ApiFile.Text(variant));
        yield return ($"{stem}.Kernels.g.cs", KernelsFile.Text(variant, scratch));
        yield return ($"{stem}.Tensors.g.cs", TensorsFile.Text(variant));
        yield return ($"{stem}.Step.g.cs", step);
        yield return ($"{stem}.Forward.g.cs", forward);
        yield return ($"{stem}.Backward.g.cs", backward);
        yield return ($"{stem}.Passes.g.cs", passes);
        yield return ($"{stem}.Oracle.g.cs", oracle);
        yield return ($"{stem}.Loops.g.cs", variant.KernelFile("The elementwise loops of all kernels.", ["System.Runtime.CompilerServices"], variant.Loops.Write));
    }
}
