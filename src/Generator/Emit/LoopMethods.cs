namespace AttentionDsl.Generator;

/// <summary>
/// The elementwise loops of all kernels of a variant, each a method of its own: equal loops are one method, and a method is small
/// enough for a compiler to keep its numbers in registers (the JIT stops to inline after some five hundred locals).
/// </summary>
internal sealed class LoopMethods
{
    private readonly Dictionary<LoopStatement, string> calls = [];
    private readonly Dictionary<string, string> names = [];
    private readonly HashSet<string> taken = [];
    private readonly SourceWriter methods = new();

    /// <summary>The call that runs a loop.</summary>
    public string Call(LoopStatement loop)
    {
        if (!calls.TryGetValue(loop, out string? call))
        {
            calls.Add(loop, call = NewCall(loop));
        }

        return call;
    }

    /// <summary>The methods, as a type inside the kernels.</summary>
    public void Write(SourceWriter writer)
    {
        writer.Doc("summary", "The elementwise loops of all kernels.");
        writer.Open("private static class Loops<TTile, TNumber>\n    where TTile : struct, ITile<TTile, TNumber>\n    where TNumber : struct, INumber<TNumber>");
        writer.Lines(methods.ToString().Trim('\n'));
        writer.Close();
    }

    private string NewCall(LoopStatement loop)
    {
        string[] tiles = [.. loop.Stores.Select(x => x.Result.Name).Concat(loop.Arguments.Select(x => x.Name)).Distinct()];
        string[] used = [.. loop.Stores.SelectMany(x => x.Value.ArgumentNames()).Distinct()];
        HashSet<string> left = [.. loop.Results.Where(x => x.IsLeft).Select(x => x.Name)];
        List<string> arguments = [.. tiles.Select(x => left.Contains(x) ? $"kept.{x}" : x)], parameters = [.. tiles.Select(x => "TTile " + x)];
        if (used.Contains("scale") && !tiles.Contains("scale"))
        {
            arguments.Add("sizes");
            parameters.Add("Sizes sizes");
        }

        if (used.Any(x => x is "head" or "heads" && !tiles.Contains(x)))
        {
            arguments.Add("at");
            parameters.Add("Work at");
        }

        var writer = new SourceWriter();
        LoopWriter.Write(writer, loop);
        string body = writer.ToString(), list = $"({string.Join(", ", parameters)})", key = list + body;
        if (!names.TryGetValue(key, out string? name))
        {
            name = loop.Stores[0].Result.Name;
            for (int i = 2; !taken.Add(name); i++)
            {
                name = $"{loop.Stores[0].Result.Name}{i}";
            }

            names.Add(key, name);
            Write(name, list, loop.Equation, body);
        }

        return $"Loops<TTile, TNumber>.{name}({string.Join(", ", arguments)});";
    }

    private void Write(string name, string parameters, string equation, string body)
    {
        methods.Line();
        if (equation.Length != 0)
        {
            methods.Doc("summary", equation);
        }

        methods.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        methods.Open($"public static void {name}{parameters}");
        methods.Lines(body.TrimEnd('\n'));
        methods.Close();
    }
}
