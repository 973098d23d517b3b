namespace AttentionDsl.Generator;

/// <summary>
/// Collects the operations of a tile program. It knows how a quantity of the state update comes into being (loaded, normalised,
/// computed by a gate), once for the chunk form and the recurrent step.
/// </summary>
internal sealed class ProgramBuilder
{
    private readonly StateUpdate update;
    private readonly bool chunk;
    private readonly List<Operation> operations = [];
    private readonly Dictionary<string, Tile> tiles = [];

    public ProgramBuilder(StateUpdate update, bool chunk)
    {
        this.update = update;
        this.chunk = chunk;
        State = new Tile("S", Dim.Key, StateColumns);
        tiles.Add(State.Name, State);
    }

    /// <summary>The state before the chunk (before the step).</summary>
    public Tile State { get; }

    public Dim StateColumns => update.Normalizer ? Dim.ValueAndOne : Dim.Value;

    public static Expr Name(Tile tile) => new Expr.Argument(tile.Name);

    public static Dim Columns(Channels channels) => channels switch
    {
        Channels.Key => Dim.Key,
        Channels.Value => Dim.Value,
        _ => Dim.One,
    };

    public TileProgram Program(Tile stateOut, Tile? output, bool perUpdate) =>
        new TileProgram(operations.ToEquatableArray(), State, stateOut, output, perUpdate).Pruned();

    public Tile Add(Operation operation)
    {
        operations.Add(operation);
        tiles.Add(operation.Result.Name, operation.Result);
        return operation.Result;
    }

    public Tile Map(string name, Dim rows, Dim columns, Expr value, string? equation = null)
    {
        var result = new Tile(name, rows, columns);
        IEnumerable<Tile> arguments = value.ArgumentNames().Where(tiles.ContainsKey).Select(x => tiles[x]);
        return Add(new Map(result, value, arguments.ToEquatableArray(), equation ?? $"{name} = {ExprPrinter.Equation(value)}"));
    }

    public Tile Unary(UnaryKind kind, string name, Dim rows, Dim columns, Tile x, string equation) =>
        Add(new Unary(kind, new Tile(name, rows, columns), x, equation));

    /// <summary>A token's row for each of its updates; the tile itself where a token has one update.</summary>
    public Tile AtUpdates(Tile x)
    {
        string name = x.Name + "AtUpdates";
        return !chunk || !update.SeveralUpdates || x.Rows != Dim.Token
            ? x
            : tiles.TryGetValue(name, out Tile? known) ? known : Unary(UnaryKind.Repeat, name, Dim.Update, x.Columns, x, $"{name}: a token's {x.Name} at each of its updates");
    }

    public Tile? Optional(Quantity? quantity) => quantity is null ? null : Of(quantity);

    /// <summary>The tile of a quantity, with the operations that compute it.</summary>
    public Tile Of(Quantity quantity)
    {
        if (tiles.TryGetValue(quantity.Tile, out Tile? known))
        {
            return known;
        }

        if (quantity.Value is Expr.Argument bare && bare.Name == quantity.Tile)
        {
            return OfSource(quantity.Tile);
        }

        return Map(quantity.Tile, Rows(quantity.PerUpdate), Columns(quantity.Channels), Resolved(quantity), $"{quantity.Tile} = {ExprPrinter.Equation(quantity.Value)}");
    }

    /// <summary>The quantity's expression, its sources loaded and, for a quantity of each update, repeated.</summary>
    public Expr Resolved(Quantity quantity) => quantity.Value.Replace(argument =>
    {
        if (!update.Sources.Any(x => x.Normalized == argument.Name))
        {
            return argument;
        }

        Tile source = OfSource(argument.Name);
        return Name(quantity.PerUpdate ? AtUpdates(source) : source);
    });

    public Dim Rows(bool perUpdate) => !chunk ? Dim.One : perUpdate ? Dim.Update : Dim.Token;

    private Tile OfSource(string normalized)
    {
        if (tiles.TryGetValue(normalized, out Tile? known))
        {
            return known;
        }

        Source source = update.Sources.First(x => x.Normalized == normalized);
        Dim rows = source.IsParameter ? Dim.One : Rows(source.PerUpdate);
        var raw = new Tile(source.Tile, rows, Columns(source.Channels));
        Add(new Load(raw, source.Field, source.IsParameter, $"{source.Tile}: {source.Role}{(source.IsParameter ? $" {source.Field}" : "")}"));
        return source.Normalized == source.Tile
            ? raw
            : Unary(UnaryKind.Normalize, source.Normalized, rows, raw.Columns, raw, $"{source.Normalized} = {source.Tile} / sqrt(|{source.Tile}|^2 + 1e-6)");
    }
}
