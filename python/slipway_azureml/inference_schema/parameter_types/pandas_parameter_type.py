"""DataFrames of pandas."""

import json
from io import StringIO
from typing import Any, Dict, Iterator

import pandas

from inference_schema.parameter_types.abstract_parameter_type import AbstractParameterType, Swagger
from inference_schema.parameter_types.standard_py_parameter_type import swagger_of

_ORIENTS = ("split", "records", "index", "columns", "values", "table")


class PandasParameterType(AbstractParameterType):
    """
    A DataFrame with the columns of the sample, in one of the forms (`orient`) that pandas has for
    JSON.
    """

    def __init__(
        self,
        sample_input: Any,
        enforce_column_type: bool = True,
        enforce_shape: bool = True,
        apply_column_names: bool = False,
        orient: str = "records",
    ) -> None:
        if not isinstance(sample_input, pandas.DataFrame):
            raise Exception(
                "Invalid sample input provided, must provide a sample Pandas Dataframe."
            )
        if orient not in _ORIENTS:
            raise Exception("Invalid orient provided, must be one of {}".format(_ORIENTS))
        super().__init__(sample_input)
        self.enforce_column_type = enforce_column_type
        self.enforce_shape = enforce_shape
        self.apply_column_names = apply_column_names
        self.orient = orient

    def deserialize_input(self, input_data: Any) -> Any:
        """As the base class says."""
        if isinstance(input_data, pandas.DataFrame):
            return input_data
        if not isinstance(input_data, (list, dict)):
            raise ValueError(
                "Error, unable to convert input of type {} into Pandas Dataframe".format(
                    type(input_data)
                )
            )
        frame = pandas.read_json(StringIO(json.dumps(input_data)), orient=self.orient, dtype=False)
        if self.apply_column_names:
            frame.columns = self.sample_input.columns.copy()
        if self.enforce_column_type:
            frame = self._typed(frame)
        if self.enforce_shape:
            _check_columns(frame.shape[1], self.sample_input.shape[1])
        return frame

    def input_to_swagger(self) -> Swagger:
        """As the base class says."""
        example = json.loads(self.sample_input.to_json(orient=self.orient, date_format="iso"))
        schema = swagger_of(example)
        for fields in self._fields(schema):
            self._name_moments(fields)
        return {**schema, "format": "pandas.DataFrame:{}".format(self.orient)}

    def _typed(self, frame: Any) -> Any:
        """Columns that the sample does not have become objects."""
        wanted = self.sample_input.dtypes.to_dict()
        types = {column: wanted.get(column, object) for column in frame.columns}
        for column, dtype in types.items():
            if str(dtype).startswith("timedelta"):
                frame[column] = pandas.to_timedelta(frame[column])
        return frame.astype(types)

    def _fields(self, schema: Swagger) -> Iterator[Dict[str, Swagger]]:
        """The schemas of the columns by name, wherever the form has them."""
        if self.orient == "records":
            yield schema["items"].get("properties", {})
        elif self.orient == "table":
            yield schema["properties"]["data"]["items"].get("properties", {})
        elif self.orient == "index":
            for row in schema["properties"].values():
                yield row["properties"]
        elif self.orient == "columns":
            for column, rows in schema["properties"].items():
                for cell in rows["properties"].values():
                    yield {column: cell}

    def _name_moments(self, fields: Dict[str, Swagger]) -> None:
        for column in self.sample_input.columns:
            kind = str(self.sample_input.dtypes[column])
            if str(column) in fields and kind.startswith(("datetime", "timedelta")):
                fields[str(column)]["format"] = (
                    "date-time" if kind.startswith("datetime") else "timedelta"
                )


def _check_columns(count: int, expected: int) -> None:
    if count != expected:
        raise ValueError(
            "Invalid input data frame: data frame has size {} on dimension #1, while expected"
            " value is {}".format(count, expected)
        )
