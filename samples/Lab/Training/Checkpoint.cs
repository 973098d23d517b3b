using System.Text.Json;
using AttentionDsl.Lab.Layers;
using AttentionDsl.Runtime;

namespace AttentionDsl.Lab.Training;

/// <summary>A run on disk: parameters, the optimizer's moments and what was found so far, as one safetensors file.</summary>
internal sealed class Checkpoint(string path)
{
    /// <summary>Bytes of a checkpoint, nearly.</summary>
    public static long Bytes(long parameters) => (3 * parameters * sizeof(float)) + (1 << 16);

    /// <summary>Writes the file whole or not at all: a run that is killed keeps the one before.</summary>
    public void Save(RunSettings settings, IReadOnlyList<Parameter> parameters, AdamW optimizer, RunResult result)
    {
        string partial = path + ".partial";
        SafeTensors.Write(partial, Entries(parameters, optimizer), new Dictionary<string, string>
        {
            ["run"] = settings.Identity,
            ["result"] = JsonSerializer.Serialize(result, Json.Compact),
        });
        File.Move(partial, path, overwrite: true);
    }

    /// <summary>Brings a run to where its file left it.</summary>
    /// <returns>What it had found; null if there is no file.</returns>
    /// <exception cref="InvalidDataException">The file is of another run, or damaged.</exception>
    public RunResult? Load(RunSettings settings, IReadOnlyList<Parameter> parameters, AdamW optimizer, RunResult fresh)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        using SafeTensors file = SafeTensors.Read(path);
        string identity = file.Metadata.GetValueOrDefault("run", "something else");
        if (identity != settings.Identity)
        {
            throw new InvalidDataException($"{path} belongs to another run: choose another --out, or delete it. It is of: {identity}. This is: {settings.Identity}.");
        }

        foreach ((string name, Tensor tensor) in Entries(parameters, optimizer))
        {
            file[name].CopyTo(tensor);
        }

        RunResult result = JsonSerializer.Deserialize<RunResult>(file.Metadata["result"], Json.Compact)
            ?? throw new InvalidDataException($"{path}: the result is missing; delete the file to train anew.");
        return result.Parameters == fresh.Parameters ? result : throw new InvalidDataException($"{path}: expected {fresh.Parameters} parameters, but it has {result.Parameters}.");
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Entries(IReadOnlyList<Parameter> parameters, AdamW optimizer)
    {
        for (int i = 0; i < parameters.Count; i++)
        {
            yield return new(parameters[i].Name, parameters[i].Value);
            yield return new($"adam.first.{parameters[i].Name}", optimizer.Moments[i].First);
            yield return new($"adam.second.{parameters[i].Name}", optimizer.Moments[i].Second);
        }
    }
}
