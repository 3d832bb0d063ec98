// What ../page/page.js needs of the third-party packages, as one object on `window`.
// The page itself is written without JSX, so that it is served as it stands in the repository.
import { useEditorContext } from "@graphiql/react";
import { GraphiQL, GraphiQLInterface, GraphiQLProvider } from "graphiql";
import { createElement, useEffect, useMemo, useRef, useState } from "react";
import { createRoot } from "react-dom/client";

window.GraphiQLBundle = {
  GraphiQL,
  GraphiQLInterface,
  GraphiQLProvider,
  createElement,
  createRoot,
  useEditorContext,
  useEffect,
  useMemo,
  useRef,
  useState,
};
