using System.Runtime.CompilerServices;
using System.Text;
using DiffEngine;

namespace AttentionDsl.Generator.Tests;

/// <summary>
/// Snapshots of generated files under the conventions of Verify and Verify.SourceGenerators: <c>Class.Method#hint.verified.cs</c> beside the test is
/// what was accepted, <c>.received.cs</c> is what came, a missing, different or superfluous file fails, and outside of CI a diff tool opens.
/// Verify itself is not a dependency (docs/decisions.md says why); with it, <see cref="Verify"/> is <c>Verifier.Verify(run.Result)</c> and no file moves.
/// </summary>
internal static class Snapshot
{
    /// <summary>Set to 1, every snapshot is accepted as it comes (Verify's AutoVerify).</summary>
    public const string AcceptVariable = "ACCEPT_SNAPSHOTS";

    // With a byte order mark and \n, as Verify writes.
    private static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: true);

    /// <summary>Holds the generated files of one declaration against their snapshots.</summary>
    /// <param name="run">The run.</param>
    /// <param name="declaration">Its full name; files of other declarations are left out.</param>
    /// <param name="test">The test method.</param>
    /// <param name="source">The file of the test.</param>
    public static Task Verify(GeneratorRun run, string declaration, [CallerMemberName] string test = "", [CallerFilePath] string source = "")
    {
        string stem = $"{Path.GetFileNameWithoutExtension(source)}.{test}";
        return Verify(
            Path.Combine(Repository.Tests, "Snapshots"),
            stem,
            run.Texts.Where(x => x.Key.StartsWith(declaration + ".", StringComparison.Ordinal))
                .ToDictionary(x => $"{stem}#{Path.GetFileNameWithoutExtension(x.Key)}", x => $"//HintName: {x.Key}\n{x.Value}"),
            Environment.GetEnvironmentVariable(AcceptVariable) == "1");
    }

    /// <summary>Holds texts against the snapshots of a folder whose names start with <paramref name="stem"/>.</summary>
    internal static async Task Verify(string folder, string stem, IReadOnlyDictionary<string, string> texts, bool accept)
    {
        List<string> faults = [];
        foreach ((string name, string text) in texts)
        {
            string verified = Path.Combine(folder, name + ".verified.cs"), received = Path.Combine(folder, name + ".received.cs");
            string? accepted = File.Exists(verified) ? await File.ReadAllTextAsync(verified) : null;
            File.Delete(received);
            if (accepted == text)
            {
                continue;
            }

            await File.WriteAllTextAsync(accept ? verified : received, text, Encoding);
            if (!accept)
            {
                faults.Add(accepted is null ? $"New: {Path.GetFileName(received)}" : $"Not equal: {Path.GetFileName(received)}, {FirstDifference(accepted, text)}");
                await Show(received, verified);
            }
        }

        foreach (string verified in Directory.GetFiles(folder, $"{stem}#*.verified.cs").Where(x => !texts.ContainsKey(Path.GetFileName(x)[..^".verified.cs".Length])))
        {
            if (accept)
            {
                File.Delete(verified);
            }
            else
            {
                faults.Add($"No longer generated: {Path.GetFileName(verified)}");
            }
        }

        Assert.True(faults.Count == 0, $"""
            Generated code differs from its snapshots in {folder}
              {string.Join("\n  ", faults)}
            See what changed, then accept it: {AcceptVariable}=1 dotnet test tests/Generator.Tests --filter Snapshots
            """);
    }

    private static string FirstDifference(string accepted, string received)
    {
        string[] a = accepted.Split('\n'), b = received.Split('\n');
        int line = a.Zip(b).TakeWhile(x => x.First == x.Second).Count();
        return $"line {line + 1}:\n    verified: {a.ElementAtOrDefault(line)}\n    received: {b.ElementAtOrDefault(line)}";
    }

    private static async Task Show(string received, string verified)
    {
        if (!BuildServerDetector.Detected && !DiffRunner.Disabled)
        {
            await DiffRunner.LaunchForTextAsync(received, verified, Encoding);
        }
    }
}
